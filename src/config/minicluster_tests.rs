use super::*;
use crate::config::source::Source;

fn config(keys: &str, directory: Option<&str>) -> Result<MiniclusterConfig, String> {
    let mut flink = FlinkConfig::default();
    for pair in keys.split_whitespace() {
        let (key, value) = pair.split_once('=').unwrap();
        flink.set(key.to_owned(), value.replace('+', " "), Source::Definition);
    }
    let directory = directory.map(PathBuf::from);
    MiniclusterConfig::of(&flink, &Environment::new("/here"), directory.as_ref())
        .map_err(|err| err.to_string())
}

fn shown(backend: &SnapshotBackend) -> String {
    match backend {
        SnapshotBackend::Jobmanager => "jobmanager".to_owned(),
        SnapshotBackend::Filesystem(path) => path.display().to_string(),
    }
}

#[test]
fn savepoints_go_where_the_most_particular_key_says() {
    for (keys, place) in [
        ("", "jobmanager"),
        // the first design: its own keys, then those of checkpoints
        (
            "state.backend.savepoints=jobmanager state.backend=filesystem state.checkpoints.dir=/cp",
            "jobmanager",
        ),
        (
            "state.backend.savepoints=filesystem state.backend.savepoints.fs.dir=/sp",
            "/sp",
        ),
        (
            "state.backend.savepoints=filesystem state.backend.savepoints.fs.dir=/sp state.backend.fs.checkpointdir=/cp",
            "/sp",
        ),
        (
            "state.backend.savepoints=filesystem state.backend.fs.checkpointdir=/cp",
            "/cp",
        ),
        (
            "state.backend.savepoints=FileSystem state.checkpoints.dir=file:///cp",
            "/cp",
        ),
        (
            "state.backend=filesystem state.backend.savepoints.fs.dir=/sp state.checkpoints.dir=/cp",
            "/sp",
        ),
        (
            "state.backend=filesystem state.backend.fs.checkpointdir=file:/cp",
            "/cp",
        ),
        (
            "state.backend=jobmanager state.backend.fs.checkpointdir=/cp",
            "jobmanager",
        ),
        ("state.backend.savepoints.fs.dir=/sp", "jobmanager"),
        // a directory for checkpoints alone says nothing of savepoints
        ("state.backend.fs.checkpointdir=/cp", "jobmanager"),
        (
            "execution.checkpointing.dir=/cp execution.checkpointing.storage=filesystem",
            "jobmanager",
        ),
        // Flink 1.0
        (
            "savepoints.state.backend=filesystem savepoints.state.backend.fs.dir=/sp",
            "/sp",
        ),
        (
            "savepoints.state.backend=filesystem state.backend.fs.checkpointdir=/cp",
            "/cp",
        ),
        (
            "state.backend.savepoints=jobmanager savepoints.state.backend=filesystem",
            "jobmanager",
        ),
        ("savepoints.state.backend.fs.dir=/sp", "jobmanager"),
        // since Flink 1.2
        ("state.savepoints.dir=/sp", "/sp"),
        ("execution.checkpointing.savepoint-dir=file:///sp", "/sp"),
        (
            "execution.checkpointing.savepoint-dir=/new state.savepoints.dir=/old",
            "/new",
        ),
        (
            "state.savepoints.dir=/new savepoints.state.backend.fs.dir=/old",
            "/new",
        ),
        ("state.savepoints.dir=/sp state.backend=jobmanager", "/sp"),
        (
            "state.savepoints.dir=/sp state.backend.savepoints=jobmanager",
            "jobmanager",
        ),
        (
            "state.savepoints.dir=sp state.backend.type=rocksdb",
            "/here/sp",
        ),
        ("state.backend.type=hashmap", "jobmanager"),
    ] {
        assert_eq!(
            shown(&config(keys, None).unwrap().savepoints),
            place,
            "{keys}"
        );
    }
}

#[test]
fn checkpoints_have_a_place_of_their_own() {
    for (keys, place) in [
        ("", "jobmanager"),
        (
            "state.backend.savepoints=filesystem state.backend.savepoints.fs.dir=/sp",
            "jobmanager",
        ),
        ("state.savepoints.dir=/sp", "jobmanager"),
        ("state.backend.fs.checkpointdir=/cp", "/cp"),
        (
            "state.checkpoints.dir=/new state.backend.fs.checkpointdir=/old",
            "/new",
        ),
        (
            "execution.checkpointing.dir=/new state.checkpoints.dir=/old",
            "/new",
        ),
        (
            "execution.checkpointing.storage=jobmanager execution.checkpointing.dir=/cp",
            "jobmanager",
        ),
        (
            "state.checkpoint-storage=filesystem state.checkpoints.dir=/cp",
            "/cp",
        ),
        (
            "state.backend=jobmanager execution.checkpointing.dir=/cp",
            "jobmanager",
        ),
        (
            "state.backend=filesystem state.checkpoint-storage=jobmanager state.checkpoints.dir=/cp",
            "/cp",
        ),
        (
            "state.backend.type=hashmap state.backend=jobmanager state.checkpoints.dir=/cp",
            "/cp",
        ),
    ] {
        assert_eq!(
            shown(&config(keys, None).unwrap().checkpoints),
            place,
            "{keys}"
        );
    }
}

#[test]
fn a_directory_of_the_minicluster_takes_what_has_no_other() {
    for (keys, checkpoints, savepoints) in [
        ("", "/d/checkpoints", "jobmanager"),
        (
            "state.backend.savepoints=filesystem",
            "/d/checkpoints",
            "/d/savepoints",
        ),
        (
            "state.backend=filesystem",
            "/d/checkpoints",
            "/d/savepoints",
        ),
        ("state.backend=jobmanager", "jobmanager", "jobmanager"),
        (
            "state.checkpoints.dir=/cp state.backend.savepoints=filesystem",
            "/cp",
            "/cp",
        ),
    ] {
        let found = config(keys, Some("/d")).unwrap();
        let places = (shown(&found.checkpoints), shown(&found.savepoints));
        assert_eq!(
            places,
            (checkpoints.to_owned(), savepoints.to_owned()),
            "{keys}"
        );
    }
}

#[test]
fn a_value_that_cannot_be_used_is_named_with_its_key_and_source() {
    for (keys, said) in [
        (
            "state.backend.savepoints=rocksdb",
            "state.backend.savepoints (flag -D) must be jobmanager or filesystem",
        ),
        (
            "savepoints.state.backend=x",
            "savepoints.state.backend (flag -D) must be jobmanager or filesystem",
        ),
        (
            "state.backend=com.example.Backend",
            "state.backend (flag -D) must be jobmanager, filesystem or hashmap",
        ),
        (
            "execution.checkpointing.storage=s3",
            "execution.checkpointing.storage (flag -D) must be",
        ),
        (
            "state.backend.savepoints=filesystem",
            "no directory is named for savepoints: set state.backend.savepoints.fs.dir",
        ),
        (
            "state.backend=filesystem",
            "no directory is named for savepoints",
        ),
        (
            "state.checkpoint-storage=filesystem",
            "no directory is named for checkpoints: set execution.checkpointing.dir",
        ),
        (
            "state.savepoints.dir=s3://b/sp",
            "state.savepoints.dir (flag -D) must be a directory of this machine",
        ),
        (
            "state.savepoints.dir=file://host/sp",
            "must be a directory of this machine",
        ),
        (
            "execution.checkpointing.interval=soon",
            "execution.checkpointing.interval (flag -D)",
        ),
        (
            "parallelism.default=0",
            "parallelism.default (flag -D) must be a whole number from 1 to 32768",
        ),
        (
            "parallelism.default=32769",
            "parallelism.default (flag -D) must be a whole number from 1 to 32768",
        ),
        (
            "pipeline.max-parallelism=0",
            "pipeline.max-parallelism (flag -D) must be a whole number from 1 to 32768",
        ),
        (
            "execution.checkpointing.timeout=0",
            "execution.checkpointing.timeout (flag -D) must not be zero",
        ),
        (
            "parallelism.default=-1",
            "parallelism.default (flag -D) must be a whole number",
        ),
        ("rest.port=70000", "rest.port (flag -D) must be"),
        (
            "restart-strategy.type=hope",
            "restart-strategy.type (flag -D) must be none or fixed-delay",
        ),
        (
            "pipeline.operator-chaining.enabled=maybe",
            "must be true or false",
        ),
        (
            "execution.checkpointing.externalized-checkpoint-retention=KEEP",
            "must be RETAIN_ON_CANCELLATION",
        ),
    ] {
        let err = config(keys, None).unwrap_err();
        assert!(err.contains(said), "{keys}: {err}");
    }
}

#[test]
fn other_keys_are_read_as_flink_reads_them() {
    let found = config(
        "execution.checkpointing.interval=3+s execution.checkpointing.timeout=10min rest.async.store-duration=8000 \
         parallelism.default=2 web.checkpoints.history=20 rest.port=0 pipeline.operator-chaining=false \
         restart-strategy=none execution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION",
        None,
    )
    .unwrap();
    assert_eq!(found.checkpoint_interval, Some(Duration::from_secs(3)));
    assert_eq!(found.checkpoint_timeout, Some(Duration::from_secs(600)));
    assert_eq!(found.async_store, Some(Duration::from_secs(8)));
    assert_eq!(
        (found.parallelism, found.history, found.port),
        (Some(2), Some(20), Some(0))
    );
    assert_eq!(
        (found.chaining, found.restart_attempts),
        (Some(false), Some(0))
    );
    assert_eq!(found.retention, Some(CheckpointRetention::OnCancellation));
    assert!(found.warnings.is_empty());
}

#[test]
fn what_has_no_effect_is_said() {
    let found = config(
        "savepoints.state.backend.fs.dir=/sp restart-strategy.type=exponential-delay",
        None,
    )
    .unwrap();
    let [restart, directory] = &found.warnings[..] else {
        panic!("{:?}", found.warnings);
    };
    assert!(directory.contains("savepoints.state.backend.fs.dir (flag -D) has no effect"));
    assert!(restart.contains("restart-strategy.type (flag -D) is exponential-delay"));
}

#[test]
fn an_interval_of_zero_means_never_and_a_max_parallelism_of_minus_one_computed() {
    let found = config(
        "execution.checkpointing.interval=0 pipeline.max-parallelism=-1",
        None,
    )
    .unwrap();
    assert_eq!(
        (found.checkpoint_interval, found.max_parallelism),
        (None, None)
    );
    let found = config("pipeline.max-parallelism=512", None).unwrap();
    assert_eq!(found.max_parallelism, Some(512));
}
