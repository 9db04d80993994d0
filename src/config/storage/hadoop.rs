//! Hadoop's configuration, and how to reach its file system with it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{Found, StorageSettings, wrong_authority};
use crate::config::env::Environment;
use crate::config::error::ConfigError;
use crate::config::file::FlinkConfig;
use crate::config::source::{Setting, Source, masked};
use crate::domain::access::{Hdfs, WebHdfs};
use crate::domain::secret::Secret;

/// No such file is larger.
const LIMIT: u64 = 8 << 20;
/// Where a NameNode answers.
const RPC_PORT: u16 = 8020;
const RPC_ADDRESS: &str = "dfs.namenode.rpc-address";
const HTTP_PORT: u16 = 9870;
const HTTPS_PORT: u16 = 9871;

/// The keys of `core-site.xml` and `hdfs-site.xml`.
#[derive(Debug, Clone, Default)]
pub(super) struct HadoopConfig(BTreeMap<String, Found>);

impl HadoopConfig {
    /// Reads the directory that `HADOOP_CONF_DIR` names, else Flink's `env.hadoop.conf.dir`, else that of `HADOOP_HOME`.
    ///
    /// # Errors
    /// A file that is there but cannot be read, or is no XML.
    pub fn read(env: &Environment, flink: &FlinkConfig) -> Result<Self, ConfigError> {
        let mut found = Self::default();
        let named = env.raw("HADOOP_CONF_DIR").map(PathBuf::from);
        let named = named.or_else(|| Some(PathBuf::from(&flink.get("env.hadoop.conf.dir")?.value)));
        let home = || Some(Path::new(env.raw("HADOOP_HOME")?).join("etc/hadoop"));
        let Some(directory) = named.or_else(home) else {
            return Ok(found);
        };
        for name in ["core-site.xml", "hdfs-site.xml"] {
            let path = directory.join(name);
            match env.read(&path, LIMIT) {
                Ok(bytes) => found.add(&path, &bytes)?,
                Err(err) if err.kind() == io::ErrorKind::NotFound => {}
                Err(cause) => {
                    let origin = "Hadoop's configuration".to_owned();
                    return Err(ConfigError::Read {
                        path,
                        origin,
                        cause,
                    });
                }
            }
        }
        Ok(found)
    }

    fn add(&mut self, path: &Path, bytes: &[u8]) -> Result<(), ConfigError> {
        let text = String::from_utf8_lossy(bytes);
        let document = roxmltree::Document::parse(&text).map_err(|err| ConfigError::Value {
            what: path.display().to_string(),
            origin: "Hadoop's configuration".to_owned(),
            problem: format!("is no XML that can be read: {err}"),
        })?;
        for property in document.root_element().children() {
            let part = |name: &str| {
                let node = property.children().find(|node| node.has_tag_name(name))?;
                Some((node.text()?.trim(), node.range().start))
            };
            let (Some((key, at)), Some((value, _))) = (part("name"), part("value")) else {
                continue;
            };
            let source = Source::File {
                path: path.to_owned(),
                line: document.text_pos_at(at).row as usize,
            };
            let value = Secret::new(value.to_owned());
            self.0.insert(key.to_owned(), Found { value, source });
        }
        Ok(())
    }

    pub fn get(&self, key: &str) -> Option<Found> {
        self.0.get(key).cloned()
    }

    /// Its keys that say how to reach storages, as they may be shown.
    pub fn shown(&self) -> Vec<Setting> {
        let is_ours = |key: &str| key.starts_with("fs.") || key.starts_with("dfs.nameservices");
        let keys = self.0.iter().filter(|(key, _)| is_ours(key));
        let setting = |(key, found): (&String, &Found)| {
            Setting::new(key, masked(key, found.value.expose()), found.source.clone())
        };
        keys.map(setting).collect()
    }
}

impl StorageSettings {
    /// A key of Hadoop's, over which Flink's `flink.hadoop.` counts.
    fn hadoop_key(&self, key: &str) -> Option<String> {
        let names = super::Names::new(&[], &[key]);
        self.find(&names).map(|found| found.text())
    }

    fn nodes(&self, nameservice: &str) -> Vec<String> {
        let nodes = self.hadoop_key(&format!("dfs.ha.namenodes.{nameservice}"));
        let nodes = nodes.unwrap_or_default();
        let nodes = nodes.split(',').map(str::trim);
        nodes
            .filter(|node| !node.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// The nameservice whose NameNode has this address, by the key that holds such addresses.
    fn nameservice_of(&self, key: &str, address: &str) -> Option<String> {
        let services = self.hadoop_key("dfs.nameservices").unwrap_or_default();
        let mut services = services.split(',').map(str::trim);
        let has_it = |service: &&str| {
            let nodes = self.nodes(service);
            // without high availability it has no names for its nodes
            let keys = nodes.iter().map(|node| format!("{key}.{service}.{node}"));
            let mut keys = keys.chain([format!("{key}.{service}")]);
            keys.any(|key| {
                let known = self.hadoop_key(&key);
                known.is_some_and(|known| known.eq_ignore_ascii_case(address))
            })
        };
        services.find(has_it).map(str::to_ascii_lowercase)
    }

    /// The authority of a location without one: that of `fs.defaultFS`.
    fn default_authority(&self, scheme: &str) -> Result<String, ConfigError> {
        let names = super::Names::new(
            &[],
            &["fs.defaultFS", "fs.default.name", "fs.default-scheme"],
        );
        let default = self.find(&names).map(|found| found.text());
        let default = default.unwrap_or_default();
        let authority = default.split_once("://").map(|(_, rest)| rest);
        let authority = authority.and_then(|rest| rest.split('/').next());
        match authority.filter(|authority| !authority.is_empty()) {
            Some(authority) => Ok(authority.to_owned()),
            None => {
                let problem = format!(
                    "names no NameNode, and there is no fs.defaultFS: write {scheme}://HOST:PORT/PATH, or let \
                     HADOOP_CONF_DIR name Hadoop's configuration"
                );
                Err(wrong_authority(&format!("{scheme}:///"), &problem))
            }
        }
    }

    /// How to reach a cluster by its own protocol.
    pub(super) fn hdfs(&self, authority: &str) -> Result<Hdfs, ConfigError> {
        let authority = match authority {
            "" => self.default_authority("hdfs")?,
            authority => authority.to_owned(),
        };
        let has_port = authority
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let authority = match has_port || !self.nodes(&authority).is_empty() {
            true => authority,
            false => format!("{authority}:{RPC_PORT}"),
        };
        // Hadoop's own are for a server that waits out the night: 15 tries, up to 15 seconds apart
        let mut settings: BTreeMap<String, String> = [
            ("dfs.client.failover.max.attempts", "4"),
            ("dfs.client.failover.sleep.base.millis", "200"),
            ("dfs.client.failover.sleep.max.millis", "1000"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        settings.extend(
            self.hadoop
                .0
                .iter()
                .map(|(key, found)| (key.clone(), found.text())),
        );
        let own = self.flink.entries().filter_map(|(key, found)| {
            let key = key.strip_prefix("flink.hadoop.")?;
            Some((key.to_owned(), found.value.clone()))
        });
        settings.extend(own);
        let key = |key: &str| self.flink.get(key).map(|found| found.value.clone());
        let keytab = key("security.kerberos.login.principal")
            .zip(key("security.kerberos.login.keytab"))
            .map(|(principal, keytab)| (principal, self.env.locate(keytab.as_ref())));
        let user = self.env.text("HADOOP_USER_NAME")?;
        let service = self.nameservice_of(RPC_ADDRESS, &authority);
        Ok(Hdfs {
            name: service.unwrap_or_else(|| authority.to_ascii_lowercase()),
            authority,
            user: user.map(str::to_owned),
            settings: settings.into_iter().collect(),
            keytab,
        })
    }

    /// How to reach a cluster over HTTP.
    pub(super) fn webhdfs(&self, scheme: &str, authority: &str) -> Result<WebHdfs, ConfigError> {
        let (http, port, key) = match scheme {
            "swebhdfs" => ("https", HTTPS_PORT, "dfs.namenode.https-address"),
            _ => ("http", HTTP_PORT, "dfs.namenode.http-address"),
        };
        let service = match authority {
            "" => self.default_authority(scheme)?,
            authority => authority.to_owned(),
        };
        let nodes = self.nodes(&service);
        let endpoints: Vec<String> = match nodes.as_slice() {
            // the port of fs.defaultFS is another protocol's
            [] if authority.is_empty() => {
                let host = service
                    .rsplit_once(':')
                    .map_or(service.as_str(), |(host, _)| host);
                vec![
                    self.hadoop_key(key)
                        .unwrap_or_else(|| format!("{host}:{port}")),
                ]
            }
            [] if authority
                .rsplit_once(':')
                .is_some_and(|(_, port)| port.parse::<u16>().is_ok()) =>
            {
                vec![service.clone()]
            }
            [] => vec![format!("{service}:{port}")],
            nodes => {
                let address = |node: &String| self.hadoop_key(&format!("{key}.{service}.{node}"));
                nodes.iter().filter_map(address).collect()
            }
        };
        // a lone NameNode is known by the address of its other protocol
        let lone = || {
            let address = self.hadoop_key(key)?;
            let is_it = endpoints
                .iter()
                .any(|one| one.eq_ignore_ascii_case(&address));
            is_it
                .then(|| self.hdfs("").ok())
                .flatten()
                .map(|hdfs| hdfs.name)
        };
        let mut services = endpoints.iter();
        let found = services.find_map(|address| self.nameservice_of(key, address));
        let name = found.or_else(lone);
        if endpoints.is_empty() {
            let problem = format!("is a nameservice without {key}.{service}.NODE");
            return Err(wrong_authority(&format!("{scheme}://{service}"), &problem));
        }
        let endpoints = endpoints
            .iter()
            .map(|address| format!("{http}://{address}"));
        Ok(WebHdfs {
            endpoints: endpoints.collect(),
            name,
            user: self.user()?,
            token: None,
        })
    }

    /// As whom to speak to a Hadoop that believes everybody.
    fn user(&self) -> Result<Option<String>, ConfigError> {
        for name in ["HADOOP_USER_NAME", "USER"] {
            if let Some(user) = self.env.text(name)? {
                return Ok(Some(user.to_owned()));
            }
        }
        Ok(None)
    }
}
