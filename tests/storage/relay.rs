//! A server between the tool and a storage, which notes what is asked and answered, in order.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

type Events = Arc<Mutex<Vec<String>>>;

/// One that runs as long as the process.
pub struct Relay {
    address: SocketAddr,
    events: Events,
}

impl Relay {
    /// Passes everything on to `endpoint`, an `http://HOST:PORT`.
    pub fn to(endpoint: &str) -> Self {
        let server = endpoint.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let events = Events::default();
        let noted = Arc::clone(&events);
        thread::spawn(move || {
            for client in listener.incoming().map(Result::unwrap) {
                let server = TcpStream::connect(&server).unwrap();
                let (to, from) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let (asked, answered) = (Arc::clone(&noted), Arc::clone(&noted));
                thread::spawn(move || pass(from, to, &asked, is_request));
                thread::spawn(move || pass(server, client, &answered, is_answer));
            }
        });
        Self { address, events }
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first lines of requests and answers so far, each noted before it was passed on.
    pub fn seen(&self) -> Vec<String> {
        self.events.lock().unwrap().clone()
    }

    /// Forgets what it has seen.
    pub fn forget(&self) {
        self.events.lock().unwrap().clear();
    }
}

fn is_request(line: &str) -> bool {
    line.ends_with(" HTTP/1.1")
}

fn is_answer(line: &str) -> bool {
    line.starts_with("HTTP/1.1 ")
}

fn pass(mut from: TcpStream, mut to: TcpStream, events: &Events, is_one: fn(&str) -> bool) {
    let mut buffer = [0; 8192];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        let text = String::from_utf8_lossy(&buffer[..n]);
        // a request or the head of an answer comes in one piece
        let lines = text.lines().filter(|line| is_one(line));
        events.lock().unwrap().extend(lines.map(str::to_owned));
        if to.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
