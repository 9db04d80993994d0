//! HTTP/1.1 on one address: connections, limits, time-outs and the end of it all.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::exchange::{Reply, Request};
use super::faults::{Disturbance, Faults};
use super::origin;
use super::refusal::Refusal;

/// The largest body that is read: a program is text, and the rest are a few fields.
const MAX_BODY: usize = 16 << 20;
/// Connections beyond this wait until others end.
const MAX_CONNECTIONS: usize = 256;
/// How long the head of a request may take, and how long a connection may stay idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);
/// How long requests under way are given at the end.
const GRACE: Duration = Duration::from_secs(2);

/// What answers the requests.
pub(super) trait Handler: Send + Sync + 'static {
    /// Answers one request. May take its time: it runs on a thread of its own.
    fn handle(&self, request: &Request) -> Reply;
}

/// A server that listens, but does not answer yet.
pub(super) struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Listens at this address; port 0 takes a free one.
    pub(super) async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `end` comes, and then those that are under way.
    pub(super) async fn serve<H: Handler>(
        self,
        handler: Arc<H>,
        faults: Arc<Faults>,
        end: impl Future<Output = ()>,
    ) {
        let service = Service {
            handler,
            faults,
            address: self.address,
        };
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let (ending, ended) = watch::channel(false);
        let mut connections = JoinSet::new();
        tokio::pin!(end);
        loop {
            let place = async { Arc::clone(&places).acquire_owned().await };
            let accepted = async {
                let place = place.await;
                (place, self.listener.accept().await)
            };
            tokio::select! {
                () = &mut end => break,
                (place, accepted) = accepted => match accepted {
                    Ok((stream, _)) => {
                        let connection = connection(stream, service.clone(), ended.clone());
                        connections.spawn(async move {
                            connection.await;
                            drop(place);
                        });
                    }
                    // too many open files, mostly: others will be closed
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                },
            }
            while connections.try_join_next().is_some() {}
        }
        drop(self.listener);
        let _ = ending.send(true);
        let rest = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GRACE, rest).await;
    }
}

struct Service<H> {
    handler: Arc<H>,
    faults: Arc<Faults>,
    /// Where it listens.
    address: SocketAddr,
}

impl<H> Clone for Service<H> {
    fn clone(&self) -> Self {
        Self {
            handler: Arc::clone(&self.handler),
            faults: Arc::clone(&self.faults),
            address: self.address,
        }
    }
}

/// Answers the requests of one connection until either side ends it.
async fn connection<H: Handler>(
    stream: TcpStream,
    service: Service<H>,
    mut ended: watch::Receiver<bool>,
) {
    // an answer is small and complete: nothing is gained by waiting for more of it
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(request, service.clone()));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = ended.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// The end of a connection without an answer, on demand.
#[derive(Debug, thiserror::Error)]
#[error("a fault was asked for")]
struct Dropped;

async fn answer<H: Handler>(
    request: hyper::Request<Incoming>,
    service: Service<H>,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let is_head = request.method() == Method::HEAD;
    let (parts, body) = request.into_parts();
    if let Err(refusal) = origin::check(&parts.headers, service.address) {
        return Ok(response(refusal.into(), is_head));
    }
    let text = |name| {
        parts
            .headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
    let mut request = Request::new(parts.method, &parts.uri, content_type, text(header::HOST));
    let mut lose_answer = false;
    match service.faults.disturb(&request) {
        None => {}
        Some(Disturbance::Drop) => return Err(Dropped),
        Some(Disturbance::DropAnswer) => lose_answer = true,
        Some(Disturbance::LeaderElection) => {
            return Ok(response(Refusal::leader_election().into(), is_head));
        }
        Some(Disturbance::Delay(delay)) => tokio::time::sleep(delay).await,
    }
    let reply = match read_body(body).await {
        Ok(body) => {
            request.body = body;
            let handler = Arc::clone(&service.handler);
            let handled = tokio::task::spawn_blocking(move || handler.handle(&request)).await;
            handled.unwrap_or_else(|err| Refusal::internal(&err.to_string()).into())
        }
        Err(NoBody::TooLarge) => Reply::empty(413),
        // the client has gone, or takes for ever: there is nobody to answer to
        Err(NoBody::Broken) => return Err(Dropped),
    };
    if lose_answer {
        return Err(Dropped);
    }
    Ok(response(reply, is_head))
}

/// Why a body was not read.
enum NoBody {
    TooLarge,
    Broken,
}

/// The whole body; one that says that it is too large is not read at all.
async fn read_body(body: Incoming) -> Result<Bytes, NoBody> {
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(NoBody::TooLarge);
    }
    let read = Limited::new(body, MAX_BODY).collect();
    match tokio::time::timeout(BODY_TIMEOUT, read).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(err)) if err.is::<LengthLimitError>() => Err(NoBody::TooLarge),
        Ok(Err(_)) | Err(_) => Err(NoBody::Broken),
    }
}

fn response(reply: Reply, is_head: bool) -> Response<Full<Bytes>> {
    let body = if is_head { Vec::new() } else { reply.body };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status)
        .unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    if !reply.content_type.is_empty() {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(reply.content_type),
        );
    }
    response
}
