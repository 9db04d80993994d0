use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A directory of its own, gone when dropped.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("savepointctl-file-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn env(&self) -> Environment {
        Environment::new(&self.0)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn origin(found: &Found, key: &str) -> String {
    found.config.get(key).unwrap().source.to_string()
}

#[test]
fn the_directory_is_found_as_flink_finds_it() {
    let at = Directory::new()
        .write("conf/config.yaml", "k: here\n")
        .write("home/conf/config.yaml", "k: home\n")
        .write("named/config.yaml", "\nk: named\n");
    let env = at.env();
    assert_eq!(
        origin(&load(&env, false).unwrap(), "k"),
        "conf/config.yaml:1"
    );
    let env = env.with("FLINK_HOME", at.0.join("home").into_os_string());
    let found = load(&env, false).unwrap();
    assert_eq!(found.config.get("k").unwrap().value, "home");
    assert!(!found.by_chance);
    // Relative to the current directory, as everywhere.
    let env = env.with("FLINK_CONF_DIR", "named");
    assert_eq!(
        origin(&load(&env, false).unwrap(), "k"),
        "named/config.yaml:2"
    );
    // An empty variable is one that is not set.
    let env = env.with("FLINK_CONF_DIR", "").with("FLINK_HOME", "");
    assert!(load(&env, false).unwrap().by_chance);
}

#[test]
fn a_directory_that_was_named_must_be_there_and_hold_a_file() {
    let at = Directory::new()
        .write("conf/config.yaml", "k: here\n")
        .write("empty/config.yml", "k: no\n");
    let err = |name: &str| {
        let env = at.env().with("FLINK_CONF_DIR", name);
        load(&env, true).err().unwrap().to_string()
    };
    assert!(err("nowhere").starts_with("FLINK_CONF_DIR names nowhere, which is no directory"));
    assert!(
        err("empty").contains("neither config.yaml nor flink-conf.yaml (config.yml is not read")
    );
    for home in ["nowhere", "empty"] {
        let found = load(&at.env().with("FLINK_HOME", home), false).unwrap();
        assert!(
            found.config.get("k").is_none(),
            "./conf may be that of another cluster"
        );
        assert!(
            found.warnings[0].contains("FLINK_HOME"),
            "{:?}",
            found.warnings
        );
    }
}

#[test]
fn without_a_configuration_there_is_nothing_and_no_complaint() {
    let at = Directory::new().write("conf/other.txt", "");
    let found = load(&at.env(), false).unwrap();
    assert!(found.warnings.is_empty() && found.config.shown().next().is_none());
}

#[test]
fn of_two_files_the_version_of_the_distribution_chooses() {
    for (jar, chosen, warnings) in [
        ("flink-dist-2.3.0.jar", "yaml", 0),
        ("flink-dist-2.0-preview1.jar", "yaml", 0),
        ("flink-dist-1.20.5.jar", "naive", 0),
        ("flink-dist_2.12-1.14.6.jar", "naive", 0),
        ("flink-dist.jar", "naive", 1),
        ("flink-table-2.3.0.jar", "naive", 1),
    ] {
        let at = Directory::new()
            .write("conf/config.yaml", "k: yaml\n")
            .write("conf/flink-conf.yaml", "k: naive\n")
            .write(&format!("lib/{jar}"), "");
        let found = load(&at.env(), false).unwrap();
        assert_eq!(found.config.get("k").unwrap().value, chosen, "{jar}");
        assert_eq!(found.warnings.len(), warnings, "{jar}");
        for text in &found.warnings {
            assert!(
                text.contains("both config.yaml and flink-conf.yaml"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_lone_file_that_this_flink_would_not_read_is_read_with_a_word() {
    for (jar, file) in [
        ("flink-dist-2.3.0.jar", "flink-conf.yaml"),
        ("flink-dist-1.18.1.jar", "config.yaml"),
    ] {
        let at = Directory::new()
            .write(&format!("conf/{file}"), "k: v\n")
            .write(&format!("lib/{jar}"), "");
        let found = load(&at.env(), false).unwrap();
        assert!(found.config.get("k").is_some());
        assert!(
            found.warnings[0].contains(&format!("conf/{file} is not read by Flink")),
            "{:?}",
            found.warnings
        );
    }
}

#[test]
fn the_distribution_is_found_by_flink_home_when_the_configuration_lies_elsewhere() {
    let at = Directory::new()
        .write("etc/config.yaml", "k: yaml\n")
        .write("etc/flink-conf.yaml", "k: naive\n")
        .write("home/lib/flink-dist-2.1.0.jar", "");
    let env = at
        .env()
        .with("FLINK_CONF_DIR", "etc")
        .with("FLINK_HOME", at.0.join("home").into_os_string());
    assert_eq!(
        load(&env, false).unwrap().config.get("k").unwrap().value,
        "yaml"
    );
}

#[test]
fn a_broken_file_that_nobody_named_is_a_warning_beside_a_named_endpoint() {
    let at = Directory::new().write("conf/config.yaml", "a: 1\na: 2\n");
    let err = load(&at.env(), false).err().unwrap().to_string();
    assert!(err.starts_with("conf/config.yaml:2: "), "{err}");
    let found = load(&at.env(), true).unwrap();
    assert!(
        found.warnings[0].contains("left out: conf/config.yaml:2: "),
        "{:?}",
        found.warnings
    );
    let named = at.env().with("FLINK_CONF_DIR", "conf");
    assert!(load(&named, true).is_err());
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line_and_endless_files_too() {
    let at = Directory::new().write("conf/config.yaml", b"a: 1\nb: \xff\n");
    let err = load(&at.env(), false).err().unwrap().to_string();
    assert_eq!(err, "conf/config.yaml:2: is not UTF-8 text");
    let at = Directory::new().write("conf/config.yaml", vec![b'#'; 5 << 20]);
    let err = load(&at.env(), false).err().unwrap();
    assert!(matches!(err, ConfigError::Read { .. }), "{err}");
}

#[test]
fn definitions_are_taken_apart_at_the_first_equals_sign() {
    let typed = |text: &str| definitions(&[Secret::new(text.to_owned())]);
    let pair = |key: &str, value: &str| vec![(key.to_owned(), value.to_owned())];
    assert_eq!(typed("a=b=c").unwrap(), pair("a", "b=c"));
    assert_eq!(typed("a").unwrap(), pair("a", "true"));
    assert_eq!(typed("a=").unwrap(), pair("a", ""));
    let err = typed("=hunter2").unwrap_err().to_string();
    assert!(
        err.contains("names no key") && !err.contains("hunter2"),
        "{err}"
    );
}

#[test]
fn flinks_values_are_in_no_debug_text() {
    let mut config = FlinkConfig::default();
    config.set(
        "s3.secret-key".to_owned(),
        "hunter2".to_owned(),
        Source::Definition,
    );
    let shown = format!("{config:?} {:?}", config.shown().collect::<Vec<_>>());
    assert!(!shown.contains("hunter2"), "{shown}");
}
