//! The contract with a webhook: what it is sent, and what its answer means.
//!
//! Start reading at [`perform`]; [`judge`] says what a status means.
//!
//! | answer | meaning |
//! |---|---|
//! | 2xx | done |
//! | 408, 425, 429, 5xx | a passing fault: another attempt may help |
//! | every other status, redirects too | a permanent fault |
//! | none, late, or one that breaks off | a passing fault |
//!
//! # Always true
//!
//! - The call goes to the address in the workflow file and nowhere else: no redirect is followed.
//! - Certificates are verified. A message names the host, never the path: many a webhook's path
//!   is its password.
#![allow(clippy::disallowed_methods, reason = "performers are the edge: they make calls")]

use std::{sync::mpsc, thread, time::Duration};

use serde_json::{Map, Value};
use ureq::{Agent, Error, Proxy, http::Uri};

use super::{Environment, Fault, Order, Stop, Tools, environment::Secrets};

/// The most that is read of an answer, in bytes.
const ANSWER_BYTES: u64 = 64 * 1024;

/// How often a waiting call looks whether it is to stop.
const TURN: Duration = Duration::from_millis(50);

/// The variable that names a proxy for `https:`.
const PROXY: &str = "HTTPS_PROXY";

const USER_AGENT: &str = concat!("fivestep/", env!("CARGO_PKG_VERSION"));

/// Sends the order to `url` and reads the answer.
pub(super) fn perform(
    order: &Order,
    url: &str,
    token_env: Option<&str>,
    tools: &Tools,
    stop: &Stop,
) -> Result<Map<String, Value>, Fault> {
    let address: Uri =
        url.parse().map_err(|_| Fault::permanent("the action's `url` is not an address"))?;
    let host = address.host().unwrap_or("nowhere").to_owned();
    let mut secrets = Secrets::default();
    let call = Call {
        agent: agent(&address, order.timeout(), &tools.environment)?,
        token: token_env.map(|name| token(name, &tools.environment, &mut secrets)).transpose()?,
        address,
        key: order.key.to_string(),
        body: order.input(),
    };
    let answered = unless_stopped(stop, move || call.make()).ok_or_else(|| {
        Fault::passing(format!("`{host}` was not waited for: fivestep is stopping"))
    })?;
    let Answer { status, body } = answered.map_err(|error| unanswered(&host, &error, order))?;
    judge(&host, status)?;
    let mut kept = Map::from_iter([("status".to_owned(), status.into())]);
    if let Some(body) = body {
        kept.insert("answer".to_owned(), secrets.blot_object(body).into());
    }
    Ok(kept)
}

/// A call that is ready to be made.
struct Call {
    agent: Agent,
    address: Uri,
    token: Option<String>,
    key: String,
    body: Vec<u8>,
}

/// What came back.
struct Answer {
    status: u16,
    /// The body, if it is a JSON object and small.
    body: Option<Map<String, Value>>,
}

impl Call {
    fn make(self) -> Result<Answer, Error> {
        let mut request = self
            .agent
            .post(self.address)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", self.key);
        if let Some(token) = self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let mut response = request.send(&self.body[..])?;
        let status = response.status();
        if !status.is_success() {
            return Ok(Answer { status: status.as_u16(), body: None });
        }
        let body = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec();
        let body = match body {
            Ok(bytes) => serde_json::from_slice(&bytes).ok(),
            // The work is done, whatever else the webhook has to say about it.
            Err(Error::BodyExceedsLimit(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(Answer { status: status.as_u16(), body })
    }
}

fn agent(address: &Uri, timeout: Duration, environment: &Environment) -> Result<Agent, Fault> {
    Ok(Agent::config_builder()
        .user_agent(USER_AGENT)
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(proxy(address, environment)?)
        .build()
        .new_agent())
}

/// The proxy to go through; none for this machine itself, the only one that is called by `http:`.
fn proxy(address: &Uri, environment: &Environment) -> Result<Option<Proxy>, Fault> {
    match environment.get(PROXY) {
        Some(proxy) if address.scheme_str() == Some("https") && !proxy.is_empty() => {
            let proxy = proxy.to_str().and_then(|proxy| Proxy::new(proxy).ok());
            proxy.map(Some).ok_or_else(|| {
                Fault::permanent(format!("the environment variable `{PROXY}` names no proxy"))
            })
        }
        Some(_) | None => Ok(None),
    }
}

/// The bearer token that the variable `name` holds.
fn token(name: &str, environment: &Environment, secrets: &mut Secrets) -> Result<String, Fault> {
    let value = environment.require(name)?;
    // A file's last line break is easily caught with a token; nothing else that is odd is guessed.
    let token = value.to_str().unwrap_or_default().trim_end();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Fault::permanent(format!(
            "the environment variable `{name}` holds no token: \
             one line of ASCII characters without spaces"
        )));
    }
    secrets.add(token);
    Ok(token.to_owned())
}

/// Waits for `work` in a thread of its own; `None` if we are to stop before it is done. It is then
/// left to end by itself, at the latest when its time is up.
fn unless_stopped(
    stop: &Stop,
    work: impl FnOnce() -> Result<Answer, Error> + Send + 'static,
) -> Option<Result<Answer, Error>> {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::Builder::new().spawn(move || {
        // Nobody may be waiting any more.
        let _ = sender.send(work());
    });
    if let Err(error) = worker {
        return Some(Err(Error::Io(error)));
    }
    while !stop.is_set() {
        match receiver.recv_timeout(TURN) {
            Ok(answered) => return Some(answered),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Some(Err(Error::Io(std::io::Error::other("the call broke off"))));
            }
        }
    }
    None
}

/// What a status means.
fn judge(host: &str, status: u16) -> Result<(), Fault> {
    match status {
        200..=299 => Ok(()),
        300..=399 => Err(Fault::permanent(format!(
            "`{host}` answered {status}: it has moved, and redirects are not followed"
        ))),
        // `Retry-After` is not read: when to try again is the engine's decision, by `retry`.
        408 | 425 | 429 | 500..=599 => Err(Fault::passing(format!("`{host}` answered {status}"))),
        _ => Err(Fault::permanent(format!("`{host}` answered {status}"))),
    }
}

/// Why no answer came, in words of ours: the library's could repeat what was sent.
fn unanswered(host: &str, error: &Error, order: &Order) -> Fault {
    let seconds = order.timeout().as_secs();
    match error {
        Error::Timeout(_) => Fault::passing(format!("`{host}` did not answer within {seconds} s")),
        Error::HostNotFound => Fault::passing(format!("`{host}` is not known to the name service")),
        Error::Io(error) => Fault::passing(format!("`{host}` was not reached: {}", error.kind())),
        Error::Tls(_) | Error::Rustls(_) => {
            Fault::passing(format!("`{host}` could not prove who it is (TLS)"))
        }
        Error::Http(_) | Error::BadUri(_) => {
            Fault::permanent(format!("the action's `url` at `{host}` is not an address"))
        }
        // Not our enum: it grows, and what it grows by is a matter of the network.
        _ => Fault::passing(format!("`{host}` was not reached: the connection failed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_whether_another_attempt_can_help() {
        // (why this row exists, the statuses, done, or permanent?)
        let table: [(&str, &[u16], Option<bool>); 5] = [
            ("done", &[200, 201, 202, 204, 299], None),
            ("moved: the file must say where to", &[301, 302, 303, 307, 308], Some(true)),
            ("not now", &[408, 425, 429], Some(false)),
            ("their fault", &[500, 502, 503, 504, 599], Some(false)),
            ("our fault", &[400, 401, 403, 404, 409, 410, 422], Some(true)),
        ];
        for (why, statuses, permanent) in table {
            for status in statuses {
                let found = judge("example.org", *status).err().map(|fault| fault.permanent);
                assert_eq!(found, permanent, "{why}: {status}");
            }
        }
    }

    #[test]
    fn a_token_is_one_line_and_never_repeated() {
        // (why this row exists, what the variable holds, the token)
        let table = [
            ("a token", "s3cret", Some("s3cret")),
            ("a file's line break", "s3cret\n", Some("s3cret")),
            ("nothing", "", None),
            ("two lines would be two headers", "s3cret\nX-Other: 1", None),
            ("a space", "s3 cret", None),
            ("not ASCII", "s3crét", None),
        ];
        for (why, value, wanted) in table {
            let environment = Environment::of([("TOKEN", value)]);
            match token("TOKEN", &environment, &mut Secrets::default()) {
                Ok(token) => assert_eq!(Some(token.as_str()), wanted, "{why}"),
                Err(fault) => {
                    assert_eq!(wanted, None, "{why}");
                    assert!(fault.permanent && !fault.message.contains("s3"), "{why}: {fault:?}");
                }
            }
        }
    }
}
