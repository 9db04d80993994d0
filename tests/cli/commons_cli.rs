//! Flink's options in every spelling that Commons CLI takes: what each comes to. `tests/flink` asks Flink itself.

use savepointctl::cli::commons_cli::{ParseError, parse};
use savepointctl::cli::flink_options::Action;

/// A line of words as it is read: `option=value`s, then `|`, then the words that are left.
fn read(line: &str) -> String {
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    let action = Action::of(words.next().unwrap()).unwrap();
    match parse(&action.options(), words, action.has_program()) {
        Ok(line) => {
            let options = line.options.iter().map(|given| {
                let values = given.values.join(",");
                match given.values.len() {
                    0 => given.option.short.to_owned(),
                    _ => format!("{}={values}", given.option.short),
                }
            });
            let left = std::iter::once("|".to_owned()).chain(line.words.iter().cloned());
            options.chain(left).collect::<Vec<_>>().join(" ")
        }
        Err(ParseError::Unrecognized(word)) => format!("no option {word}"),
        Err(ParseError::Ambiguous { word, candidates }) => {
            format!("{word} may be {}", candidates.join(" or "))
        }
        Err(ParseError::MissingValue(option)) => format!("no value for {option}"),
    }
}

#[test]
fn each_spelling_of_an_option_is_read_as_commons_cli_reads_it() {
    let cases = [
        // short, long, one dash before a long one, beginnings of long ones
        ("list -r", "r |"),
        ("list --running", "r |"),
        ("list -running", "r |"),
        ("list --r", "r |"),
        ("list -ru", "r |"),
        ("list --run --sched", "r s |"),
        ("savepoint --disp x", "d=x |"),
        ("run --claim X", "cm=X |"),
        ("run -claim X", "cm=X |"),
        ("stop --savepointP x", "p=x |"),
        // a beginning that several share; a whole name is no beginning of a longer one
        (
            "run --py x",
            "--py may be python or pyFiles or pyModule or pyRequirements or pyArchives or pyExecutable or pyClientExecutable or pyPythonPath",
        ),
        ("run -py x", "py=x |"),
        ("run --c x", "--c may be class or classpath or claimMode"),
        ("run --class x", "c=x |"),
        // values: apart, behind =, glued on
        ("list -m a:1", "m=a:1 |"),
        ("list -m=a:1", "m=a:1 |"),
        ("list -ma:1", "m=a:1 |"),
        ("list --jobmanager=a:1", "m=a:1 |"),
        ("list -jobmanager=a:1", "m=a:1 |"),
        ("list --jobm=a:1", "m=a:1 |"),
        ("list -jobmanagera:1", "m=a:1 |"),
        ("list -jobmanagerx", "no option -jobmanagerx"),
        ("run -p4 x.jar", "p=4 | x.jar"),
        ("run -parallelism4 x.jar", "p=arallelism4 | x.jar"),
        ("run -parallelism44 x.jar", "p=44 | x.jar"),
        ("savepoint -dcp", "d=cp |"),
        ("savepoint -type=native j", "type=native | j"),
        ("savepoint -typenative j", "type=native | j"),
        ("run -cmclaim x.jar", "c=mclaim | x.jar"),
        ("list -m \"a:1\"", "m=a:1 |"),
        ("list -m=\"a:1\"", "m=\"a:1\" |"),
        // values that look like options, and negative numbers
        ("run -p -1 x", "p=-1 | x"),
        ("list -m -r", "no value for -m (--jobmanager)"),
        ("list -m -x", "m=-x |"),
        ("list -m", "no value for -m (--jobmanager)"),
        ("list -r=1", "no option -r=1"),
        ("list --running=1", "no option --running=1"),
        // definitions
        ("list -D a=b", "D=a,b |"),
        ("list -Da=b", "D=a,b |"),
        ("list -D a b", "D=a,b |"),
        ("list -Da", "D=a |"),
        ("list -Da b", "D=a | b"),
        ("list -Da=b=c", "D=a,b=c |"),
        ("list -D a=b=c", "D=a,b=c |"),
        ("list -D a", "no value for -D"),
        ("list -D a= -Db=", "D=a, D=b, |"),
        // run together
        ("list -rsa", "r s a |"),
        ("list -rsx", "no option -rsx"),
        ("run -dnp4 x.jar", "d n p=4 | x.jar"),
        ("list -vm a:1", "v m=a:1 |"),
        // options behind words, and words that only look like options
        ("cancel j -s", "s | j"),
        ("cancel j -s d", "s=d | j"),
        ("cancel -s d j", "s=d | j"),
        ("stop -p j", "p=j |"),
        ("stop -p -d j", "p d | j"),
        ("savepoint j d -type native", "type=native | j d"),
        ("savepoint -- -type j", "| -type j"),
        ("savepoint j -", "| j -"),
        ("savepoint j -x", "no option -x"),
        // a program's words are its own
        ("run -d x.jar -p 4 --r", "d | x.jar -p 4 --r"),
        ("run --x x.jar", "| --x x.jar"),
        ("run -- -d x.jar", "| -d x.jar"),
        ("run -j x.jar -a -q --w", "j=x.jar a=-q,--w |"),
        ("run -nx x.jar", "n | x x.jar"),
        // Flink's -m of yarn and what only some actions take
        ("checkpoint -full j", "full | j"),
        ("checkpoint -type full j", "t=ype | full j"),
        ("run -yd x.jar", "yd | x.jar"),
        ("list -yid 1", "yid=1 |"),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(line, expected)| read(line) != *expected)
        .map(|(line, expected)| format!("{line}: {}, not {expected}", read(line)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
