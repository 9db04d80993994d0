//! Keys in listings that `object_store` cannot read: it refuses a whole page for one key with an empty or dotted step, or
//! with a control character. Such keys get replacement characters, so that they are seen to be there but cannot be opened.

use std::borrow::Cow;

/// How the elements of a listing begin that hold keys, of S3 and Google and of Azure, and how they end.
const KEYS: [(&str, &str); 4] = [
    ("<Key>", "</Key>"),
    ("<Prefix>", "</Prefix>"),
    ("<Name>", "</Name>"),
    (ENCODED, "</Name>"),
];
/// How Azure gives what XML cannot hold.
const ENCODED: &str = "<Name Encoded=\"true\">";

/// A listing whose keys can all be read, if they cannot as they are.
pub fn nameable(listing: &[u8]) -> Option<String> {
    let mut text = String::from_utf8_lossy(listing);
    for (open, close) in KEYS {
        if let Some(changed) = with_keys_renamed(&text, open, close) {
            text = Cow::Owned(changed);
        }
    }
    match text {
        Cow::Borrowed(_) => None,
        Cow::Owned(text) => Some(text),
    }
}

fn with_keys_renamed(text: &str, open: &str, close: &str) -> Option<String> {
    let odd = |piece: &str| {
        let (key, rest) = piece.split_once(close)?;
        let renamed = match open {
            ENCODED => Some(decoded(key)),
            _ => renamed(key),
        };
        Some(format!("{}{close}{rest}", renamed?))
    };
    if !text.split(open).skip(1).any(|piece| odd(piece).is_some()) {
        return None;
    }
    let mut pieces = text.split(open);
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        whole.push_str(match open {
            ENCODED => "<Name>",
            open => open,
        });
        whole.push_str(odd(piece).as_deref().unwrap_or(piece));
    }
    Some(whole)
}

/// A key that Azure has encoded, without what XML cannot hold.
fn decoded(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = after.get(byte.map_or(0, |_| 2)..).unwrap_or_default();
    }
    let decoded = String::from_utf8_lossy(&bytes);
    let plain: String = decoded.chars().map(in_xml).collect();
    let escaped = plain.replace('&', "&amp;").replace('<', "&lt;");
    renamed(&escaped).unwrap_or(escaped)
}

fn in_xml(character: char) -> char {
    match character {
        '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        control if control.is_ascii_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

/// A key with what cannot be read in it replaced, if there is something.
fn renamed(key: &str) -> Option<String> {
    let plain = without_controls(key);
    // a directory's marker ends with a slash
    let (steps, end) = match plain.strip_suffix('/') {
        Some(steps) => (steps, "/"),
        None => (&*plain, ""),
    };
    let is_odd = |step: &str| matches!(step, "" | "." | "..");
    if key.is_empty() || !steps.split('/').any(is_odd) {
        return match plain {
            Cow::Borrowed(_) => None,
            Cow::Owned(plain) => Some(plain),
        };
    }
    let steps: Vec<String> = steps
        .split('/')
        .map(|step| match is_odd(step) {
            true => format!("{step}\u{fffd}"),
            false => step.to_owned(),
        })
        .collect();
    Some(format!("{}{end}", steps.join("/")))
}

/// A key without control characters, be they written as they are or, as XML wants it, as `&#10;` or `&#xA;`.
fn without_controls(key: &str) -> Cow<'_, str> {
    let is_odd = |c: char| c.is_ascii_control();
    if !key.contains(is_odd) && !key.contains("&#") {
        return Cow::Borrowed(key);
    }
    let mut plain = String::with_capacity(key.len());
    let mut rest = key;
    let mut changed = false;
    while let Some(first) = rest.chars().next() {
        let reference = control_reference(rest);
        if reference > 0 || is_odd(first) {
            plain.push(char::REPLACEMENT_CHARACTER);
            changed = true;
        } else {
            plain.push(first);
        }
        rest = &rest[reference.max(first.len_utf8())..];
    }
    match changed {
        true => Cow::Owned(plain),
        false => Cow::Borrowed(key),
    }
}

/// How long the reference to a control character is with which a text begins; 0 if it begins with none.
fn control_reference(text: &str) -> usize {
    let length = || {
        let (number, _) = text.strip_prefix("&#")?.split_once(';')?;
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        let is_control = matches!(code, Ok(0..=0x1f | 0x7f));
        is_control.then_some("&#".len() + number.len() + ";".len())
    };
    length().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_cannot_be_named_hides_no_other() {
        let listing = "<Name>b</Name><Prefix>sp/</Prefix><Contents><Key>sp/</Key></Contents><Contents><Key>sp/./y</Key>\
                       </Contents><CommonPrefixes><Prefix>sp//</Prefix></CommonPrefixes><Contents><Key>sp/a.b</Key>";
        let shown = nameable(listing.as_bytes()).unwrap();
        assert_eq!(
            shown,
            "<Name>b</Name><Prefix>sp/</Prefix><Contents><Key>sp/</Key></Contents><Contents><Key>sp/.\u{fffd}/y</Key>\
             </Contents><CommonPrefixes><Prefix>sp/\u{fffd}/</Prefix></CommonPrefixes><Contents><Key>sp/a.b</Key>"
        );
        for plain in [
            "<Key>sp/</Key><Prefix></Prefix>",
            "<Key>a&#38;b&#x3c;</Key>",
        ] {
            assert_eq!(nameable(plain.as_bytes()), None, "{plain}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_and_control_characters_are_replaced() {
        let listing =
            b"<Key>sp/\xff\xfe</Key><Key>sp/a&#xA;b</Key><Key>sp/&#0;</Key><Key>\x01&#x;</Key>";
        assert_eq!(
            nameable(listing).unwrap(),
            "<Key>sp/\u{fffd}\u{fffd}</Key><Key>sp/a\u{fffd}b</Key><Key>sp/\u{fffd}</Key><Key>\u{fffd}&#x;</Key>"
        );
        let azure = "<Name Encoded=\"true\">sp%2F1%2F\u{fc}%EF%BF%BE%26</Name><Name>sp/2%41</Name>";
        assert_eq!(
            nameable(azure.as_bytes()).unwrap(),
            "<Name>sp/1/\u{fc}\u{fffd}&amp;</Name><Name>sp/2%41</Name>"
        );
    }

    #[test]
    fn whatever_a_key_is_called_it_can_be_read_afterwards() {
        for key in [
            "/x", "..", "a/../b", "a//", "a/\n/b", "\u{7f}", "&#9;", "\0",
        ] {
            let key = renamed(key).unwrap();
            let path = object_store::path::Path::parse(&key);
            assert!(path.is_ok(), "{key}");
        }
    }
}
