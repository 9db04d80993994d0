use super::*;

fn entries(text: &str) -> Vec<(String, String, usize)> {
    let parsed = parse(text, Path::new("f")).unwrap_or_else(|err| panic!("{text}: {err}"));
    let entries = parsed.entries.into_iter();
    entries.map(|e| (e.key, e.value, e.line)).collect()
}

fn fault(text: &str) -> String {
    match parse(text, Path::new("conf/config.yaml")) {
        Err(err) => err.to_string(),
        Ok(_) => panic!("was accepted: {text}"),
    }
}

#[test]
fn scalars_follow_the_core_schema_of_yaml_1_2() {
    for (text, value) in [
        ("yes", "yes"),
        ("off", "off"),
        ("True", "true"),
        ("'True'", "True"),
        ("010", "10"),
        ("0o10", "8"),
        ("0x1F", "31"),
        ("-0x1F", "-0x1F"),
        ("1e3", "1000.0"),
        ("1.50", "1.5"),
        ("'1.50'", "1.50"),
        ("1e10", "1.0E10"),
        ("1.25e-7", "1.25E-7"),
        (".5", "0.5"),
        ("-.Inf", "-.inf"),
        (".NaN", ".nan"),
        ("1e-5", "1.0E-5"),
        ("12345678.5", "1.23456785E7"),
        ("-0.0", "-0.0"),
        ("1.2.3", "1.2.3"),
        ("2024-01-02", "2024-01-02"),
        ("12:30:45", "12:30:45"),
        (
            "123456789012345678901234567890",
            "123456789012345678901234567890",
        ),
        ("+7", "7"),
        ("!!str 010", "010"),
        ("! 010", "010"),
        ("15 s", "15 s"),
        ("a#b", "a#b"),
        ("a # b", "a"),
        ("http://h:1/x", "http://h:1/x"),
        ("\"a\\tb\"", "a\tb"),
        ("'null'", "null"),
        ("[x, y, z; w]", "[x, y, z; w]"),
        (
            "[a'b, '- x', ':a', s3://b/x, \"l\\n2\", ' a', '', =]",
            "[a'b, '- x', ':a', 's3://b/x', \"l\\n2\", ' a', '', =]",
        ),
        ("[1, '1', [a], {b: c}, ~]", "[1, '1', [a], {b: c}, null]"),
    ] {
        let found = entries(&format!("k: {text}\n"));
        assert_eq!(found, [("k".to_owned(), value.to_owned(), 1)], "{text}");
    }
}

#[test]
fn nested_and_flat_keys_are_equal_and_each_knows_its_line() {
    let text = "# top\nrest:\n  address: jm\n  a.b:\n    c: |\n      two\n      lines\nrest.port: 1\n\
                list:\n  - a\n  - b\nempty: {}\n";
    let key = |key: &str, value: &str, line| (key.to_owned(), value.to_owned(), line);
    assert_eq!(
        entries(text),
        [
            key("rest.address", "jm", 3),
            key("rest.a.b.c", "two\nlines\n", 5),
            key("rest.port", "1", 8),
            key("list", "[a, b]", 9),
        ]
    );
}

#[test]
fn anchors_are_written_out() {
    let found = entries("a: &x {b: 1}\nc: *x\n");
    assert_eq!(found[1], ("c.b".to_owned(), "1".to_owned(), 1));
}

#[test]
fn an_empty_file_is_an_empty_configuration() {
    for text in ["", "# nothing\n", "---\n", "\u{feff}"] {
        assert!(entries(text).is_empty(), "{text:?}");
    }
}

#[test]
fn the_same_key_nested_and_flat_is_named_with_both_lines() {
    let parsed = parse("rest:\n  port: 1\nrest.port: 2\n", Path::new("f")).unwrap();
    assert_eq!(parsed.entries.last().unwrap().value, "2");
    assert_eq!(
        parsed.warnings,
        ["f:3: sets rest.port again and wins over line 2"]
    );
}

#[test]
fn what_is_fatal_to_flink_is_an_error_with_file_and_line() {
    for (text, line, part) in [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' again, first on line 1"),
        ("a: 1\n\"a\": 3\n", 2, "again"),
        ("x:\n  a: 1\n  a: 2\n", 3, "again"),
        ("- a\n- b\n", 1, "is no map"),
        ("word\n", 1, "is no map"),
        ("a: 1\n1: one\n", 2, "no text"),
        ("true: x\n", 1, "no text"),
        ("[a]: x\n", 1, "no text"),
        ("a: 1\nb:\n", 2, "no value for 'b'"),
        ("a: ~\n", 1, "no value"),
        ("a:\n  b: null\n", 2, "no value for 'b'"),
        ("a:\n\tb: 1\n", 2, "is not YAML"),
        ("a: [1\n", 1, "is not YAML"),
        ("a: 1\n b: 2\n", 2, "is not YAML"),
        ("a: *nowhere\n", 1, "is not YAML"),
        ("a: !!binary xx\n", 1, "tag"),
        ("a: !mine {b: 1}\n", 1, "tag"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
    ] {
        let err = fault(text);
        assert!(err.contains(part), "{text:?}: {err}");
        assert!(
            err.starts_with(&format!("conf/config.yaml:{line}: ")),
            "{text:?}: {err}"
        );
    }
}

#[test]
fn a_file_that_grows_or_nests_without_end_is_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..9 {
        let items = vec![format!("*a{}", n - 1); 10].join(", ");
        bomb.push_str(&format!("a{n}: &a{n} [{items}]\n"));
    }
    assert!(fault(&bomb).contains("goes beyond"));
    let deep = format!("a: {}{}\n", "[".repeat(100), "]".repeat(100));
    assert!(fault(&deep).contains("nests deeper"));
    assert!(fault(&format!("a: {}\n", "[".repeat(100_000))).contains("config.yaml:1"));
}
