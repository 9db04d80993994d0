//! Restoring: what fits, what does not, and whose files they are then.

use std::fs;
use std::path::Path;

use savepointctl::domain::claim_mode::ClaimMode;
use savepointctl::minicluster::coordinator::{
    Cluster, JobStatus, Restore, Retention, Settings, SubmitError,
};

use crate::harness::*;

const END: i64 = 20_000;

/// A savepoint of a counter that has come some way, in `directory`.
fn stopped(cluster: &Cluster, directory: &Directory, parallelism: u32) -> String {
    let job = submit(
        cluster,
        graph(&counter(END, Some(10_000)), directory, parallelism),
    );
    wait_for_records(cluster, job, 500);
    stop(cluster, job)
}

fn refused(
    cluster: &Cluster,
    program: &str,
    directory: &Directory,
    parallelism: u32,
    from: Restore,
) -> String {
    let job = job_id();
    let refused = cluster.submit(job, graph(program, directory, parallelism), Some(from));
    let Err(SubmitError::Initialization(failure)) = refused else {
        panic!("{refused:?}");
    };
    let view = cluster.job(job).unwrap();
    assert_eq!((view.status, view.vertices.len()), (JobStatus::Failed, 0));
    assert_eq!(cluster.exceptions(job).unwrap().len(), 1);
    failure.to_string()
}

/// The path of a location that the cluster gave.
fn path(location: &str) -> &Path {
    Path::new(location.strip_prefix("file:").unwrap())
}

#[test]
fn a_savepoint_restores_with_any_parallelism_up_to_its_max_parallelism() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let mut savepoint = stopped(&cluster, &directory, 1);
    for parallelism in [8, 3, 128] {
        let program = counter(END, Some(10_000));
        let job = resume(
            &cluster,
            graph(&program, &directory, parallelism),
            &savepoint,
        );
        wait_for_records(&cluster, job, 200);
        savepoint = stop(&cluster, job);
    }
    let text = refused(
        &cluster,
        &counter(END, None),
        &directory,
        129,
        restore(&savepoint),
    );
    assert!(
        text.contains("is higher than the max parallelism (128)"),
        "{text}"
    );
    let job = resume(
        &cluster,
        graph(&counter(END, None), &directory, 2),
        &savepoint,
    );
    wait_for_status(&cluster, job, JobStatus::Finished);
    assert_eq!(directory.lines("counts"), counted(END));
}

#[test]
fn strict_parallelism_refuses_any_other() {
    let directory = Directory::new();
    let settings = Settings {
        strict_parallelism: true,
        ..settings(&directory)
    };
    let cluster = Cluster::start(settings).unwrap();
    let savepoint = stopped(&cluster, &directory, 2);
    let program = counter(END, None);
    let text = refused(&cluster, &program, &directory, 3, restore(&savepoint));
    assert!(
        text.contains("with parallelism 2 to new program with parallelism 3"),
        "{text}"
    );
    let job = resume(&cluster, graph(&program, &directory, 2), &savepoint);
    wait_for_status(&cluster, job, JobStatus::Finished);
}

#[test]
fn max_parallelism_is_the_savepoints_where_the_program_sets_none() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let program = |most: &str, rate| format!("[job]\n{most}\n{}", counter(END, rate));
    let with = |most: &str, rate| graph(&program(most, rate), &directory, 2);
    let job = submit(&cluster, with("max_parallelism = 10", Some(10_000)));
    wait_for_records(&cluster, job, 100);
    let savepoint = stop(&cluster, job);

    let text = refused(
        &cluster,
        &program("max_parallelism = 20", None),
        &directory,
        2,
        restore(&savepoint),
    );
    assert!(text.contains("Max parallelism mismatch"), "{text}");
    // also where it says what would be so without it
    let same = program("max_parallelism = 128", None);
    let text_of_same = refused(&cluster, &same, &directory, 2, restore(&savepoint));
    assert!(
        text_of_same.contains("Max parallelism mismatch"),
        "{text_of_same}"
    );
    assert!(
        text.contains("with max parallelism 10 to new program with max parallelism 20"),
        "{text}"
    );
    let job = resume(&cluster, with("", None), &savepoint);
    wait_for_status(&cluster, job, JobStatus::Finished);
    let vertices = cluster.job(job).unwrap().vertices;
    assert!(
        vertices.iter().all(|vertex| vertex.max_parallelism == 10),
        "{vertices:?}"
    );
    assert_eq!(directory.lines("counts"), counted(END));
}

#[test]
fn state_that_is_left_over_fails_the_restore_and_is_named() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let savepoint = stopped(&cluster, &directory, 2);
    let changed = counter(END, None)
        .replace("uid = \"count\"", "uid = \"tally\"")
        .replace("uid = \"sink\"", "");
    let text = refused(&cluster, &changed, &directory, 2, restore(&savepoint));
    let words = "because the operator is not available in the new program. If you want to allow to skip this, you can set the --allowNonRestoredState option on the CLI.";
    assert!(text.contains(words), "{text}");
    assert!(
        text.contains("('count', uid 'count')") && text.contains("('Sink: file', uid 'sink')"),
        "{text}"
    );
    let job = job_id();
    let from = Restore {
        allow_non_restored_state: true,
        ..restore(&savepoint)
    };
    cluster
        .submit(job, graph(&changed, &directory, 2), Some(from))
        .unwrap();
    wait_for_status(&cluster, job, JobStatus::Finished);
}

#[test]
fn what_is_no_snapshot_is_told_in_flinks_words() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let savepoint = stopped(&cluster, &directory, 1);
    let whole = fs::read(path(&savepoint).join("_metadata")).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let here = directory.path().to_str().unwrap().to_owned();
    let cases = [
        (
            format!("{here}/nothing"),
            "Cannot find checkpoint or savepoint file/directory '",
        ),
        (
            here,
            "Cannot find meta data file '_metadata' in directory '",
        ),
        (file("other", b"something else"), "Unexpected magic number"),
        (
            file("cut", &whole[..whole.len() / 2]),
            "java.io.EOFException\n\tat org.apache.flink.runtime.checkpoint.Checkpoints.loadCheckpointMetadata(",
        ),
        (
            "s3://bucket/savepoint".to_owned(),
            "Cannot access file system for checkpoint/savepoint path 's3://bucket/savepoint'.",
        ),
        (
            "jobmanager://savepoints/9".to_owned(),
            "Cannot find checkpoint or savepoint file/directory 'jobmanager://savepoints/9'",
        ),
        (String::new(), "empty checkpoint pointer"),
        ("/dev/zero".to_owned(), "/dev/zero is no regular file"),
    ];
    for (location, words) in cases {
        let text = refused(
            &cluster,
            &counter(END, None),
            &directory,
            1,
            restore(&location),
        );
        assert!(
            text.contains("JobInitializationException: Could not start the JobMaster."),
            "{text}"
        );
        assert!(text.contains(words), "{location}: {text}");
    }
}

#[test]
fn a_savepoint_that_is_claimed_goes_with_the_first_checkpoint_and_one_that_is_not_stays() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    for (mode, is_kept) in [(ClaimMode::NoClaim, true), (ClaimMode::Claim, false)] {
        let sink = Directory::new();
        let savepoint = stopped(&cluster, &sink, 2);
        let job = job_id();
        let from = Restore {
            claim_mode: mode,
            ..restore(&savepoint)
        };
        let graph = graph(&counter(END, Some(5_000)), &sink, 2);
        cluster.submit(job, graph, Some(from)).unwrap();
        wait_for_tasks(&cluster, job);
        assert!(path(&savepoint).join("_metadata").exists());
        checkpoint(&cluster, job);
        assert_eq!(path(&savepoint).exists(), is_kept, "{mode}");
        cluster.cancel(job).unwrap();
        wait_for_status(&cluster, job, JobStatus::Canceled);
        let of_savepoint = |file: &&String| file.contains("chk-");
        assert_eq!(
            directory.files().iter().any(|file| of_savepoint(&file)),
            is_kept,
            "{mode}"
        );
        if is_kept {
            dispose(&cluster, &savepoint);
        }
        assert_eq!(directory.files(), [""; 0]);
    }
}

#[test]
fn another_cluster_restores_a_savepoint_and_a_checkpoint_that_was_retained() {
    let directory = Directory::new();
    let retaining = || Settings {
        retention: Retention::RetainOnCancellation,
        ..settings(&directory)
    };
    let cluster = Cluster::start(retaining()).unwrap();
    let savepoint = stopped(&cluster, &directory, 2);
    cluster.shutdown();

    let cluster = Cluster::start(retaining()).unwrap();
    let job = resume(
        &cluster,
        graph(&counter(END, Some(5_000)), &directory, 3),
        &savepoint,
    );
    wait_for_records(&cluster, job, 300);
    let id = checkpoint(&cluster, job);
    cluster.shutdown();
    assert_eq!(status(&cluster, job), JobStatus::Canceled);

    let cluster = Cluster::start(retaining()).unwrap();
    let retained = directory.checkpoints().join(format!("{job}/chk-{id}"));
    let job = resume(
        &cluster,
        graph(&counter(END, None), &directory, 1),
        retained.to_str().unwrap(),
    );
    wait_for_status(&cluster, job, JobStatus::Finished);
    assert_eq!(directory.lines("counts"), counted(END));
    let restored = cluster.statistics(job).unwrap().latest_restored.unwrap();
    assert_eq!((restored.id, restored.is_savepoint), (id, false));
}

#[test]
fn a_job_goes_back_to_an_older_savepoint_and_forth_to_a_newer_one() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let older = stopped(&cluster, &directory, 1);
    let program = counter(END, Some(10_000));
    let advance = |from: &str, parallelism: u32| {
        let job = resume(&cluster, graph(&program, &directory, parallelism), from);
        wait_for_records(&cluster, job, 500);
        checkpoint(&cluster, job);
        wait_for_records(&cluster, job, 600);
        stop(&cluster, job)
    };
    let newer = advance(&older, 2);
    let other = advance(&older, 3);
    for savepoint in [newer, other, older] {
        let job = resume(
            &cluster,
            graph(&counter(END, None), &directory, 2),
            &savepoint,
        );
        wait_for_status(&cluster, job, JobStatus::Finished);
        assert_eq!(directory.lines("counts"), counted(END), "{savepoint}");
    }
}

#[test]
fn output_that_was_changed_is_noticed() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let savepoint = stopped(&cluster, &directory, 1);
    let job = resume(
        &cluster,
        graph(&counter(END, Some(10_000)), &directory, 1),
        &savepoint,
    );
    wait_for_records(&cluster, job, 10);
    let savepoint = stop(&cluster, job);
    fs::write(directory.path().join("counts"), "something else").unwrap();
    let from = Restore {
        claim_mode: ClaimMode::Claim,
        ..restore(&savepoint)
    };
    let failure = refused(&cluster, &counter(END, None), &directory, 1, from);
    assert!(
        failure.contains("/counts does not begin with the "),
        "{failure}"
    );
    // and the savepoint is there for another try
    assert!(path(&savepoint).join("_metadata").exists());
    let all = Restore {
        allow_non_restored_state: true,
        ..restore(&savepoint)
    };
    let anew = counter(END, None).replace("uid = \"sink\"", "uid = \"other\"");
    let job = job_id();
    cluster
        .submit(job, graph(&anew, &directory, 1), Some(all))
        .unwrap();
    wait_for_status(&cluster, job, JobStatus::Finished);
}

#[test]
fn files_that_are_called_like_a_sinks_are_left_alone() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let backups = ["counts.1", "counts.part-7"].map(|name| directory.path().join(name));
    for backup in &backups {
        fs::write(backup, "precious\n").unwrap();
    }
    let savepoint = stopped(&cluster, &directory, 2);
    let program = counter(END, Some(10_000));
    let job = resume(&cluster, graph(&program, &directory, 4), &savepoint);
    wait_for_records(&cluster, job, 500);
    stop(&cluster, job);
    assert!(directory.path().join("counts.part-3").exists());
    // the parts that it has made since are gone, those of others are not
    let job = resume(&cluster, graph(&program, &directory, 1), &savepoint);
    wait_for_tasks(&cluster, job);
    assert!(!directory.path().join("counts.part-3").exists());
    cluster.cancel(job).unwrap();
    for backup in &backups {
        assert_eq!(fs::read_to_string(backup).unwrap(), "precious\n");
    }
    let text = refused(&cluster, &program, &directory, 8, restore(&savepoint));
    assert!(
        text.contains("counts.part-7 is there already, and this sink did not write it"),
        "{text}"
    );
}

#[test]
fn a_sink_into_a_pipe_or_a_device_is_refused() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    // put there after the program was compiled, which refuses it too
    let graph = graph(&counter(END, None), &directory, 1);
    let pipe = directory.path().join("counts");
    let made = std::process::Command::new("mkfifo").arg(pipe).status();
    assert!(made.unwrap().success());
    let refused = cluster.submit(job_id(), graph, None).unwrap_err();
    let SubmitError::Initialization(failure) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        failure.to_string().contains("counts is no regular file"),
        "{failure}"
    );
}

#[test]
fn state_of_another_kind_under_the_same_uid_fails_the_restore_and_is_named() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let savepoint = stopped(&cluster, &directory, 2);
    let swapped = counter(END, None)
        .replace("\"numbers\"", "\"x\"")
        .replace("uid = \"count\"", "uid = \"numbers\"")
        .replace("\"x\"", "\"count\"");
    let text = refused(&cluster, &swapped, &directory, 2, restore(&savepoint));
    assert!(
        text.contains("has no such state in the new program: "),
        "{text}"
    );
    let summed = counter(END, None).replace("type = \"count\"", "type = \"sum\"");
    let text = refused(&cluster, &summed, &directory, 2, restore(&savepoint));
    assert!(
        text.contains("('sum') has no such state in the new program: keyed count"),
        "{text}"
    );
    let allowed = Restore {
        allow_non_restored_state: true,
        ..restore(&savepoint)
    };
    let job = job_id();
    let swapped = swapped.replace("end = 20000", "end = 30000");
    let graph = graph(&swapped, &directory, 2);
    cluster.submit(job, graph, Some(allowed)).unwrap();
    wait_for_status(&cluster, job, JobStatus::Finished);
    // the source began anew
    let lines = directory.lines("counts");
    assert!(lines.iter().filter(|line| *line == "(0,1)").count() == 2);
}

/// Numbers that are not counted, through maps, into the file `numbers`.
fn piped(maps: usize, rate: Option<u32>, uids: bool) -> String {
    let rate = rate
        .map(|rate| format!("rate = {rate}"))
        .unwrap_or_default();
    let uid = |uid: &str| match uids {
        true => format!("uid = \"{uid}\""),
        false => String::new(),
    };
    let map = "[[operator]]\ntype = \"map\"\nfunction = \"add\"\nvalue = 0\n".repeat(maps);
    format!(
        "[[operator]]\ntype = \"sequence\"\nend = {END}\nuid = \"numbers\"\n{rate}\n{map}[[operator]]\ntype = \"file\"\npath = \"numbers\"\n{}\n",
        uid("sink")
    )
}

#[test]
fn strict_chains_keep_a_sinks_state_when_a_map_is_inserted_and_refuse_what_nothing_takes() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let strict = |text: &str| graph_with(text, &directory, 2, true);
    let job = submit(&cluster, strict(&piped(0, Some(10_000), false)));
    wait_for_tasks(&cluster, job);
    wait_until("a checkpoint has lines", || {
        checkpoint(&cluster, job);
        !directory.lines("numbers").is_empty()
    });
    let savepoint = stop(&cluster, job);
    // without strict chains the sink's lists are of nobody
    let loose = piped(0, None, true);
    let text = refused(&cluster, &loose, &directory, 2, restore(&savepoint));
    assert!(text.contains("committed@1, pending@1"), "{text}");

    let job = resume(&cluster, strict(&piped(2, Some(10_000), false)), &savepoint);
    wait_for_tasks(&cluster, job);
    let savepoint = stop(&cluster, job);
    let job = resume(&cluster, strict(&piped(1, None, false)), &savepoint);
    wait_for_status(&cluster, job, JobStatus::Finished);
    let mut lines = directory.lines("numbers");
    lines.sort_by_key(|line| line.parse::<i64>().unwrap());
    let wanted: Vec<String> = (0..=END).map(|number| number.to_string()).collect();
    assert!(lines == wanted, "{} lines", lines.len());

    // and back: a sink of its own id leaves no state behind for the strict one
    let other = Directory::new();
    let job = submit(&cluster, graph(&piped(0, Some(10_000), true), &other, 2));
    wait_for_tasks(&cluster, job);
    let savepoint = stop(&cluster, job);
    let graph = graph_with(&piped(0, None, false), &other, 2, true);
    let refused = cluster
        .submit(job_id(), graph, Some(restore(&savepoint)))
        .unwrap_err();
    let SubmitError::Initialization(failure) = refused else {
        panic!("{refused:?}");
    };
    assert!(failure.to_string().contains("uid 'sink'"), "{failure}");
}
