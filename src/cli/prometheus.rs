//! `serve --metrics`: what the server did and how its brands stand, for Prometheus.

use std::{net::SocketAddr, path::Path, sync::Arc, thread};

use tiny_http::{Header, Method, Request, Response, Server};
use tracing::warn;

use crate::{clock::Clock, failure::Failure, runner::meter::Meter, store::StateStore};

/// What Prometheus calls its text.
const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers at `address` from a thread of its own; says where it listens.
///
/// # Errors
///
/// [`Failure::Io`] if the address cannot be listened at.
pub fn listen(
    address: SocketAddr,
    state: &Path,
    clock: Clock,
    meter: Arc<Meter>,
) -> Result<SocketAddr, Failure> {
    let fail = |source| Failure::Io { doing: format!("cannot listen at {address}"), source };
    let server = Server::http(address).map_err(|error| fail(std::io::Error::other(error)))?;
    let listens = server.server_addr().to_ip().unwrap_or(address);
    let store = StateStore::open(state)?;
    thread::spawn(move || {
        for request in server.incoming_requests() {
            // A reader who has gone away is no concern of the server's.
            drop(answer(request, &store, clock, &meter));
        }
    });
    Ok(listens)
}

fn answer(
    request: Request,
    store: &StateStore,
    clock: Clock,
    meter: &Meter,
) -> std::io::Result<()> {
    if request.method() != &Method::Get || request.url() != "/metrics" {
        return request.respond(Response::from_string("see /metrics\n").with_status_code(404));
    }
    let now = clock.now();
    match store.census(now) {
        Ok(census) => {
            let kind = Header::from_bytes("Content-Type", KIND).expect("a header that is right");
            request.respond(Response::from_string(meter.text(&census, now)).with_header(kind))
        }
        Err(error) => {
            warn!(%error, "no metrics");
            request
                .respond(Response::from_string("the store cannot be read\n").with_status_code(503))
        }
    }
}
