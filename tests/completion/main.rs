//! Real shells in a real terminal (tmux): the checked-in scripts are loaded, Tab is pressed, and what appears is looked
//! at. The cluster is a scripted one. A shell that is not installed is told and counted as ignored; with CI=true that
//! fails.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::print_stderr, reason = "what is not tried is told")]
#![allow(dead_code, reason = "the scripted server serves other tests too")]

#[path = "../cli/answers.rs"]
mod answers;
#[path = "../cli/server.rs"]
mod server;
mod terminal;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use libtest_mimic::{Arguments, Trial};
use server::{Answer, Flink};
use terminal::{Shell, Terminal};

const SAVEPOINT: &str = "s3://bucket/sp/savepoint-0123ab-cafe";

/// A name, and what is tried.
type Body = (&'static str, fn(Shell));

/// What is tried in every shell.
const TRIALS: &[Body] = &[
    ("a_job_name_is_completed", a_job_name_is_completed),
    (
        "a_location_with_colons_is_completed",
        a_location_with_colons_is_completed,
    ),
    (
        "a_snapshot_in_a_configured_directory_is_completed",
        a_snapshot_in_a_configured_directory_is_completed,
    ),
    (
        "flags_and_commands_are_completed",
        flags_and_commands_are_completed,
    ),
    (
        "flinks_actions_and_options_are_completed",
        flinks_actions_and_options_are_completed,
    ),
    (
        "a_savepoint_for_flink_is_completed_by_its_location_alone",
        a_savepoint_for_flink_is_completed_by_its_location_alone,
    ),
    (
        "a_job_id_is_completed_where_a_link_is_called_flink",
        a_job_id_is_completed_where_a_link_is_called_flink,
    ),
    (
        "the_real_flink_is_completed_without_being_started",
        the_real_flink_is_completed_without_being_started,
    ),
    (
        "files_are_completed_where_a_snapshot_goes",
        files_are_completed_where_a_snapshot_goes,
    ),
    (
        "a_cluster_that_does_not_answer_leaves_the_line_alone",
        a_cluster_that_does_not_answer_leaves_the_line_alone,
    ),
    (
        "a_job_name_that_would_run_something_is_quoted",
        a_job_name_that_would_run_something_is_quoted,
    ),
    (
        "a_job_name_that_cannot_be_quoted_is_not_offered",
        a_job_name_that_cannot_be_quoted_is_not_offered,
    ),
    (
        "a_job_name_with_spaces_is_completed_in_and_out_of_quotes",
        a_job_name_with_spaces_is_completed_in_and_out_of_quotes,
    ),
    (
        "a_reference_with_a_space_behind_its_colon_is_completed",
        a_reference_with_a_space_behind_its_colon_is_completed,
    ),
    (
        "directories_are_completed_where_one_is_wanted",
        directories_are_completed_where_one_is_wanted,
    ),
    (
        "a_directory_below_the_home_is_completed",
        a_directory_below_the_home_is_completed,
    ),
    (
        "flags_are_offered_only_where_one_is_begun",
        flags_are_offered_only_where_one_is_begun,
    ),
    (
        "the_values_of_flags_are_completed",
        the_values_of_flags_are_completed,
    ),
    (
        "latest_is_completed_below_the_directory_of_the_line",
        latest_is_completed_below_the_directory_of_the_line,
    ),
];

fn a_job_name_is_completed(shell: Shell) {
    let flink = Flink::start("2.3.0");
    flink.job("orders");
    let terminal = Terminal::start(shell);
    terminal.press(&format!("savepointctl -m {} trigger or", flink.url()));
    terminal.tab_until("trigger orders");
}

fn a_location_with_colons_is_completed(shell: Shell) {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    flink.set_history(&job, vec![answers::complete(3, "SAVEPOINT", 1, SAVEPOINT)]);
    let terminal = Terminal::start(shell);
    terminal.press(&format!("savepointctl -m {} inspect s3://bu", flink.url()));
    terminal.tab_until(&format!("inspect {SAVEPOINT}"));
}

fn a_snapshot_in_a_configured_directory_is_completed(shell: Shell) {
    let terminal = Terminal::start(shell);
    let home = terminal.home().to_str().unwrap().to_owned();
    let snapshot = format!("{home}/sp/savepoint-0123ab-cafe");
    std::fs::create_dir_all(&snapshot).unwrap();
    std::fs::write(format!("{snapshot}/_metadata"), "").unwrap();
    std::fs::create_dir(format!("{home}/conf")).unwrap();
    let setting = format!("execution:\n  checkpointing:\n    savepoint-dir: file://{home}/sp\n");
    std::fs::write(format!("{home}/conf/config.yaml"), setting).unwrap();
    terminal.press("savepointctl inspect file:");
    terminal.tab_until("/sp/savepoint-0123ab-cafe");
    // a location, from the configuration: no path of this machine begins so
    assert!(
        terminal.screen().contains("inspect file:/"),
        "{}",
        terminal.screen()
    );
}

fn flags_and_commands_are_completed(shell: Shell) {
    let terminal = Terminal::start(shell);
    terminal.press("savepointctl chec");
    terminal.tab_until("savepointctl checkpoint");
    terminal.press("--timeo");
    terminal.tab_until("checkpoint --timeout");
}

fn flinks_actions_and_options_are_completed(shell: Shell) {
    let terminal = Terminal::start(shell);
    terminal.press("savepointctl flink canc");
    terminal.tab_until("flink cancel");
    terminal.press("-withS");
    terminal.tab_until("cancel -withSavepoint");
    terminal.press("--ty");
    terminal.tab_until("-withSavepoint --type");
    terminal.press("nat");
    terminal.tab_until("--type native");
}

fn a_savepoint_for_flink_is_completed_by_its_location_alone(shell: Shell) {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    flink.set_history(&job, vec![answers::complete(3, "SAVEPOINT", 1, SAVEPOINT)]);
    let terminal = Terminal::start(shell);
    std::fs::write(terminal.home().join("later.jar"), "").unwrap();
    let line = format!("savepointctl flink savepoint -m {} -d ", flink.url());
    terminal.press(&format!("{line}la"));
    // not one of `latest`, `latest:orders`, which Flink does not take
    terminal.tab_until("-d later.jar");
    terminal.key("C-u");
    terminal.press(&format!("{line}s3"));
    terminal.tab_until(&format!("-d {SAVEPOINT}"));
}

fn a_job_id_is_completed_where_a_link_is_called_flink(shell: Shell) {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let terminal = Terminal::start(shell);
    let binary = env!("CARGO_BIN_EXE_savepointctl");
    std::os::unix::fs::symlink(binary, terminal.home().join("flink")).unwrap();
    terminal.press("flink sto");
    terminal.tab_until("flink stop");
    terminal.press(&format!("-m {} {}", flink.url(), &job.id[..4]));
    terminal.tab_until(&format!("{} {}", flink.url(), job.id));
}

fn the_real_flink_is_completed_without_being_started(shell: Shell) {
    let terminal = Terminal::start(shell);
    let real = terminal.home().join("flink");
    std::fs::write(&real, "#!/bin/sh\ntouch ~/started\n").unwrap();
    std::fs::set_permissions(&real, Permissions::from_mode(0o755)).unwrap();
    terminal.press("flink sto");
    terminal.tab_until("flink stop");
    assert!(!terminal.home().join("started").exists());
}

fn files_are_completed_where_a_snapshot_goes(shell: Shell) {
    let terminal = Terminal::start(shell);
    std::fs::create_dir(terminal.home().join("savepoint-0123ab-local")).unwrap();
    terminal.press("savepointctl inspect savep");
    terminal.tab_until("inspect savepoint-0123ab-local/");
}

fn a_cluster_that_does_not_answer_leaves_the_line_alone(shell: Shell) {
    let flink = Flink::start("2.3.0");
    let gate = server::Gate::default();
    for line in ["GET /overview", "GET /config"] {
        let never = Answer::After(gate.clone(), Box::new(Answer::Dropped));
        flink.always(line, never);
    }
    let terminal = Terminal::start(shell);
    terminal.press(&format!("savepointctl -m {} trigger or", flink.url()));
    terminal.tab();
    terminal.press("bits");
    // the Tab was dealt with before these letters were: the shell reads them in order
    terminal.until("trigger orbits");
    // what elvish says of itself
    let screen = terminal.screen().replace("error: no candidates", "");
    assert!(!screen.contains("error"), "{screen}");
    gate.open();
}

/// The request to cancel a job, which the cluster refuses.
fn refused_cancellation(flink: &Flink, job: &server::Job) -> String {
    let line = format!("PATCH /jobs/{}?mode=cancel", job.id);
    flink.always(&line, Answer::text(400, "not now"));
    line
}

fn a_job_name_that_would_run_something_is_quoted(shell: Shell) {
    let flink = Flink::start("2.3.0");
    let job = flink.job("evil$(touch pwned)`touch pwned`;touch 'pwned' & \"$HOME\" \\ * ~");
    let cancelled = refused_cancellation(&flink, &job);
    let terminal = Terminal::start(shell);
    terminal.press(&format!("savepointctl -m {} cancel ev", flink.url()));
    terminal.tab_until("touch");
    terminal.run();
    // the whole name arrived, for this job is the one that is to be cancelled
    flink.until(&cancelled, 1);
    assert!(!terminal.home().join("pwned").exists());
}

fn a_job_name_that_cannot_be_quoted_is_not_offered(shell: Shell) {
    let flink = Flink::start("2.3.0");
    flink.job("evil\ntouch pwned\n");
    flink.job("evil\u{1b}[2J");
    flink.job("evil-twin");
    let terminal = Terminal::start(shell);
    terminal.press(&format!("savepointctl -m {} trigger ev", flink.url()));
    terminal.tab_until("trigger evil-twin");
    assert!(!terminal.home().join("pwned").exists());
}

fn a_job_name_with_spaces_is_completed_in_and_out_of_quotes(shell: Shell) {
    for typed in ["sec", "\"sec", "'second jo"] {
        let flink = Flink::start("2.3.0");
        let job = flink.job("second job's");
        let cancelled = refused_cancellation(&flink, &job);
        let terminal = Terminal::start(shell);
        terminal.press(&format!("savepointctl -m {} cancel {typed}", flink.url()));
        // elvish and a single quote write the apostrophe otherwise
        terminal.tab_until_any(&["job\\'s", "job's", "job''s", "job'\\''s"]);
        terminal.run();
        flink.until(&cancelled, 1);
    }
}

fn a_reference_with_a_space_behind_its_colon_is_completed(shell: Shell) {
    let flink = Flink::start("2.3.0");
    let job = flink.job("second job");
    flink.job("second job without any");
    flink.set_history(&job, vec![answers::complete(3, "SAVEPOINT", 1, SAVEPOINT)]);
    let terminal = Terminal::start(shell);
    terminal.press(&format!(
        "savepointctl -m {} inspect latest:sec",
        flink.url()
    ));
    terminal.tab_until_any(&["latest:second\\ job ", "'latest:second job' "]);
}

fn directories_are_completed_where_one_is_wanted(shell: Shell) {
    let terminal = Terminal::start(shell);
    let home = terminal.home().to_str().unwrap().to_owned();
    std::fs::create_dir(format!("{home}/savepoints")).unwrap();
    std::fs::write(format!("{home}/save.txt"), "").unwrap();
    for line in ["list --dir", "trigger orders", "trigger --all", "stop x -p"] {
        terminal.press(&format!("savepointctl {line} {home}/sav"));
        terminal.tab_until(&format!("{line} {home}/savepoints/"));
        terminal.key("C-u");
    }
    terminal.press("savepointctl list --dir=sav");
    terminal.tab_until("--dir=savepoints/");
}

fn a_directory_below_the_home_is_completed(shell: Shell) {
    let terminal = Terminal::start(shell);
    let below = terminal.home().join("my sp/savepoint-0123ab-cafe");
    std::fs::create_dir_all(&below).unwrap();
    std::fs::write(below.join("_metadata"), "").unwrap();
    terminal.press("savepointctl list --no-cluster -o name --dir ~/my");
    terminal.tab_until("sp");
    terminal.run();
    terminal.until("/my sp/savepoint-0123ab-cafe\n");
}

fn flags_are_offered_only_where_one_is_begun(shell: Shell) {
    let terminal = Terminal::start(shell);
    terminal.press("savepointctl cancel ");
    terminal.tab();
    terminal.press("orders ");
    terminal.tab();
    terminal.press("--time");
    terminal.tab_until("savepointctl cancel orders --timeout");
}

fn the_values_of_flags_are_completed(shell: Shell) {
    let terminal = Terminal::start(shell);
    for (line, whole) in [
        ("trigger x --type nat", "--type native"),
        ("trigger x -type can", "-type canonical"),
        ("restore x --claim-mode no", "--claim-mode no-claim"),
        ("man tri", "man trigger"),
    ] {
        terminal.press(&format!("savepointctl {line}"));
        terminal.tab_until(whole);
        terminal.key("C-u");
    }
}

fn latest_is_completed_below_the_directory_of_the_line(shell: Shell) {
    let terminal = Terminal::start(shell);
    let snapshot = terminal.home().join("my sp/savepoint-0123ab-cafe");
    std::fs::create_dir_all(&snapshot).unwrap();
    std::fs::write(snapshot.join("_metadata"), "").unwrap();
    let whole = snapshot.parent().unwrap().to_str().unwrap().to_owned();
    for dir in ["~/'my sp'", &format!("'{whole}'")] {
        terminal.press(&format!("savepointctl verify --dir {dir} late"));
        terminal.tab_until(&format!("{dir} latest"));
        terminal.key("C-u");
    }
}

fn is_there(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output();
    found.is_ok_and(|output| output.status.success())
}

fn main() {
    let arguments = Arguments::from_args();
    let must = std::env::var("CI").is_ok_and(|ci| ci == "true");
    let mut trials = Vec::new();
    for shell in Shell::ALL {
        let missing = ["tmux", shell.program()]
            .into_iter()
            .find(|program| !is_there(program));
        if let Some(program) = missing {
            eprintln!(
                "completion in {}: not tried, no {program} here",
                shell.program()
            );
        }
        for (name, body) in TRIALS {
            let trial = Trial::test(format!("{}::{name}", shell.program()), move || {
                body(shell);
                Ok(())
            });
            trials.push(trial.with_ignored_flag(missing.is_some() && !must));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}
