//! A proxy that takes every host of the examples to the cluster of the test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// The host in the examples.
const HOST: &str = "jobmanager:8081";

/// Starts one, which goes on until the process ends, and gives back its URL.
pub fn to(authority: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let authority = authority.to_owned();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let authority = authority.clone();
            thread::spawn(move || passed_on(&stream, &authority));
        }
    });
    url
}

/// Passes one request on, with the cluster's own name in it.
fn passed_on(client: &TcpStream, authority: &str) -> Option<()> {
    let mut reader = BufReader::new(client);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let head = head
        .replace(&format!("http://{HOST}"), "")
        .replace(HOST, authority);
    let mut server = TcpStream::connect(authority).ok()?;
    let head = format!("{head}Connection: close\r\n\r\n");
    server.write_all(head.as_bytes()).ok()?;
    server.write_all(&body).ok()?;
    let mut client = client;
    std::io::copy(&mut server, &mut client).ok()?;
    Some(())
}
