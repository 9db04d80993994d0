//! What is offered, in the form in which each shell's script takes it.

use clap_complete::engine::CompletionCandidate;

use super::candidates::{is_plain, is_quotable};
use super::scripts::Shell;

/// The answer to a shell: a word a line, with what it stands for where the shell shows that. Each script quotes the
/// words as its shell and the quotes that were typed ask for; that of PowerShell gets them quoted.
pub(super) fn written(shell: Shell, offered: &[CompletionCandidate]) -> String {
    let mut answer = String::new();
    for one in offered {
        let value = one.get_value().to_str();
        let Some(value) = value.filter(|value| is_quotable(value)) else {
            continue;
        };
        let help = one.get_help().map(ToString::to_string).unwrap_or_default();
        let help = help.lines().next().unwrap_or_default();
        if let Some(line) = line(shell, value, help) {
            answer.push_str(&line);
            answer.push('\n');
        }
    }
    answer
}

fn line(shell: Shell, value: &str, help: &str) -> Option<String> {
    let value = match shell {
        Shell::Bash | Shell::Elvish => return Some(value.to_owned()),
        Shell::Fish => value.to_owned(),
        Shell::PowerShell => for_powershell(value)?,
        Shell::Zsh => value.replace('\\', "\\\\").replace(':', "\\:"),
    };
    if help.is_empty() {
        return Some(value);
    }
    Some(match shell {
        Shell::Zsh => format!("{value}:{}", help.replace('\\', "\\\\")),
        _ => format!("{value}\t{help}"),
    })
}

/// A word as PowerShell takes it literally. It knows five single quotes; what has one of the curly ones stays out.
fn for_powershell(value: &str) -> Option<String> {
    if is_plain(value) && !value.starts_with('@') && !value.contains(',') || value.starts_with('-')
    {
        return Some(value.to_owned());
    }
    let is_curly = |c: char| ('\u{2018}'..='\u{201b}').contains(&c);
    (!value.contains(is_curly)).then(|| format!("'{}'", value.replace('\'', "''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(shell: Shell, value: &str) -> String {
        let one = CompletionCandidate::new(value).help(Some("a: job".into()));
        written(shell, &[one])
    }

    #[test]
    fn each_shell_gets_a_word_in_its_own_form() {
        let name = "it's $(here): now";
        assert_eq!(answer(Shell::Bash, name), format!("{name}\n"));
        assert_eq!(answer(Shell::Elvish, name), format!("{name}\n"));
        assert_eq!(answer(Shell::Fish, name), format!("{name}\ta: job\n"));
        assert_eq!(answer(Shell::Zsh, name), "it's $(here)\\: now:a: job\n");
        assert_eq!(
            answer(Shell::PowerShell, name),
            "'it''s $(here): now'\ta: job\n"
        );
        assert_eq!(answer(Shell::PowerShell, "orders"), "orders\ta: job\n");
    }

    #[test]
    fn what_cannot_be_quoted_is_in_no_answer() {
        for shell in Shell::ALL {
            assert_eq!(answer(shell, "two\nlines"), "", "{shell:?}");
        }
        assert_eq!(answer(Shell::PowerShell, "it\u{2019}s"), "");
    }
}
