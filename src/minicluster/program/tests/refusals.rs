//! Bad programs: the whole sentence, with the place.

use super::*;

const SOURCE: &str = "type = 'sequence'; name = 'numbers'";
const LINES: &str = "type = 'lines'; path = 'Cargo.toml'";
const SINK: &str = "type = 'discard'";

fn refusal(text: &str, options: &CompileOptions) -> String {
    compiled(text, options).unwrap_err().to_string()
}

/// Every case is what stands in the file, and the sentence behind its name.
#[track_caller]
fn assert_refused(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let found = refusal(text, &CompileOptions::default());
        assert_eq!(
            found,
            format!("counter.toml:{expected}"),
            "of the program\n{text}"
        );
    }
}

/// As [`assert_refused`], for programs that are lists of operators.
#[track_caller]
fn assert_operators_refused(cases: &[(&[&str], &str)]) {
    for (operators, expected) in cases {
        assert_refused(&[(program(operators).as_str(), expected)]);
    }
}

#[test]
fn a_file_that_is_no_program() {
    assert_refused(&[
        (
            "",
            "1:1: the program has no operators: give each an [[operator]], from a source to a sink",
        ),
        (
            "[job]\nname = 'a'",
            "1:1: the program has no operators: give each an [[operator]], from a source to a sink",
        ),
        (
            "[job\n",
            "1:5: the program is no TOML: unclosed table, expected `]`",
        ),
        (
            "[job]\nname = 'a'\nname = 'b'",
            "3:1: the program is no TOML: duplicate key",
        ),
        ("[jobs]", "1:2: unknown table 'jobs': did you mean 'job'?"),
        (
            "title = 'a'",
            "1:1: unknown key 'title': there are job and operator",
        ),
        (
            "[[operators]]",
            "1:3: unknown table 'operators': did you mean 'operator'?",
        ),
        ("job = 'a'", "1:1: 'job' is a table: write it as [job]"),
        (
            "[operator]",
            "1:2: 'operator' is a list of tables: write each as [[operator]], with two brackets",
        ),
        (
            "operator = [1]",
            "1:13: an operator is a table: write it as [[operator]]",
        ),
        (
            "PK\u{3}\u{4}",
            "1:1: this is a jar, and a minicluster runs no Java: its programs are TOML files",
        ),
    ]);
}

#[test]
fn a_file_that_is_no_text_or_too_long() {
    let refused = |content: &[u8]| {
        let source = ProgramSource {
            file: "a.toml",
            directory: Path::new("."),
            content,
        };
        compile(source, &CompileOptions::default())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(b"[job]\nname = '\xff'"),
        "a.toml:2:9: the program is no UTF-8 text at byte 14"
    );
    assert_eq!(
        refused(&vec![b'\n'; (1 << 20) + 1]),
        "a.toml:1:1: the program has 1048577 bytes, at most 1048576 are read"
    );
    assert_eq!(
        refused("[[operator]]\n".repeat(1001).as_bytes()),
        "a.toml:1:3: the program has 1001 operators, at most 1000 are taken"
    );
}

#[test]
fn a_job_that_says_something_wrong() {
    assert_refused(&[
        (
            "[job]\nparalelism = 2\n[[operator]]",
            "2:1: [job] has the unknown key 'paralelism': did you mean 'parallelism'?",
        ),
        (
            "[job]\nname = 7",
            "2:8: 'name' of [job] must be a text, not 7",
        ),
        ("[job]\nname = ''", "2:8: 'name' of [job] is empty"),
        (
            "[job]\nparallelism = 0",
            "2:15: 'parallelism' of [job] must be a whole number from 1 to 32768, not 0",
        ),
        (
            "[job]\nmax_parallelism = 40_000",
            "2:19: 'max_parallelism' of [job] must be a whole number from 1 to 32768, not 40000",
        ),
        (
            "[job]\ncheckpoint_interval = '1 sek'",
            "2:23: 'checkpoint_interval' of [job] must be a duration such as \"1s\", \"500ms\" or \"10min\", not \"1 sek\"",
        ),
        (
            "[job]\n  checkpoint_interval = 1",
            "2:25: 'checkpoint_interval' of [job] must be a duration such as \"1s\", \"500ms\" or \"10min\", not 1",
        ),
        (
            "[job]\ncheckpoint_timeout = '0s'",
            "2:22: 'checkpoint_timeout' of [job] must be a duration such as \"1s\", \"500ms\" or \"10min\", not \"0s\"",
        ),
    ]);
}

#[test]
fn an_operator_that_says_something_wrong() {
    assert_operators_refused(&[
        (
            &["name = 'a'"],
            "1:1: operator 1 needs 'type', one of sequence, lines, map, filter, key-by, count, sum, min, max, discard, print and file",
        ),
        (
            &[SOURCE, "type = 'cuont'"],
            "5:8: unknown operator type 'cuont': did you mean 'count'?",
        ),
        (
            &["type = 'window'"],
            "2:8: unknown operator type 'window': there are sequence, lines, map, filter, key-by, count, sum, min, max, \
             discard, print and file",
        ),
        (
            &["type = 'sequence'; ende = 5"],
            "3:1: 'sequence' has the unknown key 'ende': did you mean 'end'?",
        ),
        (
            &["type = 'sequence'; end = '5'"],
            "3:7: 'end' of 'sequence' must be a whole number, not \"5\"",
        ),
        (
            &["type = 'sequence'; from = 5; end = 4"],
            "4:7: 'sequence' ends at 4, before it begins at 5",
        ),
        (
            &["type = 'sequence'; rate = 0"],
            "3:8: 'rate' of 'sequence' must be a number of records per second above 0, not 0",
        ),
        (
            &["type = 'sequence'; rate = nan"],
            "3:8: 'rate' of 'sequence' must be a number of records per second above 0, not nan",
        ),
        (
            &["type = 'sequence'; input = 'a'"],
            "3:1: 'sequence' is a source and reads no 'input'",
        ),
        (
            &["type = 'lines'"],
            "2:1: 'lines' needs 'path', the file whose lines it reads",
        ),
        (
            &["type = 'map'"],
            "2:1: 'map' needs 'function', one of tokenise, lower-case, upper-case, trim, length, to-long, to-string, add, multiply, modulo, entry-key and entry-value",
        ),
        (
            &["type = 'map'; function = 'tokenize'"],
            "3:12: unknown function 'tokenize': did you mean 'tokenise'?",
        ),
        (
            &["type = 'map'; function = 'trim'; value = 1"],
            "4:1: 'map' takes no 'value'",
        ),
        (
            &["type = 'map'; function = 'add'"],
            "2:1: 'map' needs 'value', a whole number",
        ),
        (
            &["type = 'map'; function = 'modulo'; value = 0"],
            "4:9: 'value' of 'map' must be a whole number above 0, not 0",
        ),
        (
            &["type = 'filter'; keep = 'evn'"],
            "3:8: unknown condition 'evn': did you mean 'even'?",
        ),
        (
            &["type = 'key-by'; key = 'modul'"],
            "3:7: unknown key 'modul': did you mean 'modulo'?",
        ),
        (
            &["type = 'key-by'; uid = 'a'"],
            "3:1: 'key-by' takes no 'uid': key-by only says where records go, give it to the operator behind",
        ),
        (
            &["type = 'discard'; input = []"],
            "3:9: 'input' of 'discard' must be a text or a list of texts, not an empty list",
        ),
        (
            &["type = 'discard'; input = ['a', 1]"],
            "3:15: 'input' of 'discard' must be a text or a list of texts, not 1",
        ),
        (
            &["type = 'file'"],
            "2:1: 'file' needs 'path', the file it appends to",
        ),
    ]);
}

#[test]
fn a_file_that_is_not_there() {
    let at = |path: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(path)
            .display()
            .to_string()
    };
    assert_operators_refused(&[
        (
            &["type = 'lines'; path = 'text.txt'"],
            &format!(
                "3:8: {} cannot be read: there is no such file",
                at("text.txt")
            ),
        ),
        (
            &["type = 'lines'; path = 'src'"],
            &format!("3:8: {} is a directory, not a file", at("src")),
        ),
        (
            &[SOURCE, "type = 'file'; path = 'out/a.txt'"],
            &format!(
                "6:8: {} cannot be written: there is no directory {}",
                at("out/a.txt"),
                at("out")
            ),
        ),
        (
            &[SOURCE, "type = 'file'; path = 'src'"],
            &format!("6:8: {} is a directory, not a file", at("src")),
        ),
    ]);
}

#[test]
fn a_pipe_or_device_is_refused_and_not_opened() {
    let pipe = std::env::temp_dir().join(format!("savepointctl-pipe-{}", std::process::id()));
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let pipe = pipe.display().to_string();
    let why =
        "is a pipe or device, not a file: what was read or written could not be taken up again";
    for file in [pipe.as_str(), "/dev/null"] {
        let path = format!("path = '{file}'");
        assert_operators_refused(&[
            (
                &[&format!("type = 'lines'; {path}")],
                &format!("3:8: {file} {why}"),
            ),
            (
                &[SOURCE, &format!("type = 'file'; {path}")],
                &format!("6:8: {file} {why}"),
            ),
        ]);
    }
    std::fs::remove_file(pipe).unwrap();
}

#[test]
fn sinks_that_write_one_file() {
    for (first, second) in [
        ("out", "out"),
        ("out", "./src/../out"),
        ("out", "out.part-2"),
        ("out.part-16", "out"),
    ] {
        let first = format!("type = 'file'; name = 'first'; path = '{first}'");
        let second =
            format!("type = 'file'; name = 'second'; path = '{second}'; input = 'numbers'");
        let found = refusal(
            &program(&[SOURCE, &first, &second]),
            &CompileOptions::default(),
        );
        assert!(
            found.starts_with("counter.toml:11:1: 'first' and 'second' write to the same file /"),
            "{found}"
        );
    }
    let apart =
        |path: &str| format!("type = 'file'; name = '{path}'; path = '{path}'; input = 'numbers'");
    let [first, second, third] = ["out", "out.2", "out2"].map(apart);
    let compiled = compiled(
        &program(&[SOURCE, &first, &second, &third]),
        &CompileOptions::default(),
    );
    assert!(compiled.is_ok(), "{compiled:?}");
}

#[test]
fn operators_that_are_not_well_connected() {
    assert_operators_refused(&[
        (
            &[SINK],
            "2:1: the program has no source: begin it with an operator of type sequence or lines",
        ),
        (
            &[SOURCE, "type = 'map'; function = 'add'; value = 1"],
            "5:1: the program has no sink: end it with an operator of type discard, print or file",
        ),
        (
            &[SINK, SOURCE],
            "2:1: 'discard' has no operator before it: name what it reads as its 'input'",
        ),
        (
            &[SOURCE, SINK, "type = 'print'"],
            "7:1: 'print' comes after 'discard', a sink, which gives nothing: name what it reads as its 'input'",
        ),
        (
            &[SOURCE, SINK, "type = 'print'; input = 'discard'"],
            "8:9: 'print' reads 'discard', a sink, which gives nothing",
        ),
        (
            &[SOURCE, "type = 'discard'; input = 'number'"],
            "6:9: 'discard' reads 'number', which is no operator: did you mean 'numbers'?",
        ),
        (
            &[SOURCE, "type = 'discard'; name = 'numbers'"],
            "6:8: the name 'numbers' is taken by an operator above",
        ),
        (
            &[
                "type = 'sequence'",
                "type = 'sequence'",
                "type = 'discard'; input = 'sequence'",
            ],
            "7:9: 'discard' reads 'sequence', and several operators are called that: give each a 'name' of its own",
        ),
        (
            &[SOURCE, "type = 'discard'; input = ['numbers', 'numbers']"],
            "6:21: 'discard' reads 'numbers' twice",
        ),
        (
            &[
                SOURCE,
                "type = 'map'; function = 'add'; value = 1",
                "type = 'discard'; input = 'numbers'",
            ],
            "5:1: nothing reads 'add': a sink should, or remove it",
        ),
        (
            &[
                SOURCE,
                "type = 'filter'; keep = 'odd'; name = 'a'; input = 'a'",
                SINK,
            ],
            "8:9: 'a' reads itself: records cannot go in a circle",
        ),
        (
            &[
                SOURCE,
                "type = 'filter'; keep = 'odd'; name = 'a'; input = ['numbers', 'b']",
                "type = 'filter'; keep = 'even'; name = 'b'",
                SINK,
            ],
            "10:1: 'a' reads 'b' reads 'a': records cannot go in a circle",
        ),
        (
            &[
                SOURCE,
                "type = 'key-by'; name = 'k'",
                "type = 'key-by'; name = 'l'",
                "type = 'count'",
                SINK,
            ],
            "8:1: 'l' reads 'k', and both are key-by: only the last would count",
        ),
    ]);
}

#[test]
fn records_that_an_operator_does_not_take() {
    assert_operators_refused(&[
        (
            &[SOURCE, "type = 'map'; function = 'lower-case'", SINK],
            "5:1: 'lower-case' takes String, and 'numbers' gives Long",
        ),
        (
            &[LINES, "type = 'filter'; keep = 'even'", SINK],
            "5:1: 'even' takes Long or (key, Long), and 'lines' gives String",
        ),
        (
            &[
                LINES,
                "type = 'key-by'; key = 'modulo'; value = 2",
                "type = 'count'",
                SINK,
            ],
            "5:1: 'key-by' takes Long, and 'lines' gives String",
        ),
        (
            &[LINES, "type = 'key-by'", "type = 'sum'", SINK],
            "7:1: 'sum' takes Long or (key, Long), and 'key-by' gives String",
        ),
        (
            &[
                LINES,
                "type = 'key-by'",
                "type = 'count'",
                "type = 'map'; function = 'trim'",
                SINK,
            ],
            "9:1: 'trim' takes String, and 'count' gives (String, Long)",
        ),
        (
            &[
                SOURCE,
                LINES,
                "type = 'discard'; input = ['numbers', 'lines']",
            ],
            "9:21: 'discard' reads 'numbers', which gives Long, and 'lines', which gives String: all that an operator \
             reads must be of one type",
        ),
        (
            &[SOURCE, "type = 'count'", SINK],
            "5:1: 'count' works per key: put a key-by before it",
        ),
        (
            &[
                SOURCE,
                "type = 'key-by'; name = 'k'",
                "type = 'count'; input = ['k', 'numbers']",
                SINK,
            ],
            "8:1: 'count' works per key and reads several operators: let one key-by read them, and 'count' that",
        ),
    ]);
}

#[test]
fn a_uid_that_two_operators_have() {
    assert_operators_refused(&[(
        &[
            "type = 'sequence'; uid = 'a'",
            "type = 'discard'; uid = 'a'",
        ],
        "6:7: 'sequence' and 'discard' have the same uid 'a': state is found by it, so each operator needs its own",
    )]);
}

#[test]
fn a_uid_in_the_middle_of_a_strict_chain() {
    let options = CompileOptions {
        strict_chains: true,
        ..CompileOptions::default()
    };
    assert_eq!(
        refusal(&program(&[SOURCE, "type = 'discard'; uid = 'a'"]), &options),
        "counter.toml:6:7: 'discard' has the uid 'a' and is chained behind 'numbers': with strict chains only the id of a \
         chain's first operator counts, so give the uid to that"
    );
}

#[test]
fn a_parallelism_above_its_maximum() {
    assert_operators_refused(&[(
        &[
            SOURCE,
            "type = 'discard'; parallelism = 8; max_parallelism = 4",
        ],
        "6:15: 'discard' has parallelism 8 above its max_parallelism 4: lower the one or raise the other",
    )]);
    let of_job = format!(
        "[job]\nmax_parallelism = 2\nparallelism = 3\n{}",
        program(&[SOURCE, SINK])
    );
    assert_refused(&[(
        &of_job,
        "3:15: 'numbers' has parallelism 3 above its max_parallelism 2: lower the one or raise the other",
    )]);
    let options = CompileOptions {
        parallelism: 8,
        ..CompileOptions::default()
    };
    let of_submission = format!("[job]\nmax_parallelism = 2\n{}", program(&[SOURCE, SINK]));
    assert_eq!(
        refusal(&of_submission, &options),
        "counter.toml:2:19: 'numbers' has parallelism 8, which the submission asks for, above its max_parallelism 2: lower \
         the one or raise the other"
    );
}

/// Whatever is uploaded is compiled; a thread that panics would take the whole cluster down.
#[test]
fn a_program_that_was_damaged_is_compiled_or_refused() {
    let whole = program(&[
        "type = 'sequence'; name = 'é'; rate = 1e3; from = -1; end = 0b1",
        "type = 'filter'; keep = 'multiple-of'; value = 3",
        "type = 'key-by'; input = ['é', 'multiple-of']",
        "type = 'count'; uid = 'c'; parallelism = 2",
        "type = 'print'",
    ]);
    let whole = format!("[job]\ncheckpoint_interval = '1s'\n{whole}");
    let compile = |content: &[u8]| {
        let source = ProgramSource {
            file: "a.toml",
            directory: Path::new("."),
            content,
        };
        super::compile(source, &CompileOptions::default())
    };
    compile(whole.as_bytes()).unwrap();
    for end in 0..whole.len() {
        let _ = compile(&whole.as_bytes()[..end]);
    }
    for at in 0..whole.len() {
        for byte in [0, b'\n', b'[', b'=', b'\'', b'9', 0xff] {
            let mut damaged = whole.clone().into_bytes();
            damaged[at] = byte;
            let _ = compile(&damaged);
        }
    }
    let _ = compile(format!("a = {}", "[".repeat(500_000)).as_bytes());
    let _ = compile(format!("a{} = 1", ".a".repeat(400_000)).as_bytes());
}
