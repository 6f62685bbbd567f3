//! Webhooks, held against a small server of this test.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use fivestep::{
    model::action::Work,
    performer::{Environment, Fault, Stop},
};
use serde_json::{Value, json};

use super::{Workshop, order, perform};

/// A server on this machine that gives one answer to everybody and remembers what it was asked.
struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

/// How an answer goes on after it was sent.
#[derive(Clone, Copy, PartialEq)]
enum After {
    Close,
    /// Nothing more comes, and the connection stays open.
    Hang,
}

impl Server {
    fn answering(answer: impl Into<Vec<u8>>, after: After) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, seen) = (listener.local_addr().unwrap().port(), Arc::default());
        let (answer, theirs): (Vec<u8>, Arc<Mutex<Vec<String>>>) =
            (answer.into(), Arc::clone(&seen));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answer, seen) = (answer.clone(), Arc::clone(&theirs));
                thread::spawn(move || serve(stream, &answer, after, &seen));
            }
        });
        Self { port, seen }
    }

    fn with_status(status: u16) -> Self {
        Self::answering(format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n"), After::Close)
    }

    fn with_body(body: &str) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        Self::answering(head + body, After::Close)
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks/secret-path", self.port)
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, answer: &[u8], after: After, seen: &Mutex<Vec<String>>) {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while !is_whole(&request) {
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
            _ => return,
        }
    }
    seen.lock().unwrap().push(String::from_utf8(request).unwrap());
    let _ = stream.write_all(answer);
    if after == After::Hang {
        // Until the other side gives up.
        let _ = stream.read(&mut buffer);
    }
}

/// Every request of ours ends with the line of JSON that is its body.
fn is_whole(request: &[u8]) -> bool {
    request.ends_with(b"}\n")
}

fn call(url: &str) -> Result<Value, Fault> {
    call_with(url, None, &[])
}

fn call_with(
    url: &str,
    token_env: Option<&str>,
    variables: &[(&'static str, &'static str)],
) -> Result<Value, Fault> {
    let tools = Workshop::new().tools_with(Environment::of(variables.iter().copied()));
    let work = Work::Http { url: url.to_owned(), token_env: token_env.map(str::to_owned) };
    perform(&order(work), &tools, &Stop::default())
}

#[test]
fn a_status_ends_an_attempt_as_it_should() {
    // (the status, done, or permanent?)
    let table = [
        (200, None),
        (204, None),
        (301, Some(true)),
        (307, Some(true)),
        (400, Some(true)),
        (401, Some(true)),
        (404, Some(true)),
        (408, Some(false)),
        (409, Some(true)),
        (425, Some(false)),
        (429, Some(false)),
        (500, Some(false)),
        (503, Some(false)),
    ];
    for (status, permanent) in table {
        match call(&Server::with_status(status).url()) {
            Ok(value) => {
                assert_eq!((value, permanent), (json!({ "status": status }), None), "{status}");
            }
            Err(fault) => {
                assert_eq!(Some(fault.permanent), permanent, "{status}: {fault:?}");
                assert!(fault.message.starts_with(&format!("`127.0.0.1` answered {status}")));
            }
        }
    }
}

#[test]
fn an_answer_is_kept_if_it_is_a_small_object() {
    let huge = format!(r#"{{"a":"{}"}}"#, "x".repeat(1_000_000));
    // (why this row exists, the body, what is journaled)
    let table = [
        ("an object", r#"{"id": 7}"#, json!({ "status": 200, "answer": { "id": 7 } })),
        ("a text", "ok", json!({ "status": 200 })),
        ("a list", "[1]", json!({ "status": 200 })),
        ("half an object", r#"{"id":"#, json!({ "status": 200 })),
        ("too large: it is done all the same", &huge, json!({ "status": 200 })),
    ];
    for (why, body, kept) in table {
        assert_eq!(call(&Server::with_body(body).url()), Ok(kept), "{why}");
    }
}

#[test]
fn an_answer_that_is_late_or_breaks_off_is_asked_for_again() {
    let begun = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
    // (why this row exists, what is sent, and then, the fault)
    let table = [
        ("silence", "", After::Hang, "did not answer within 1 s"),
        ("half a head", "HTTP/1.1 200", After::Hang, "did not answer within 1 s"),
        ("a body that never ends", begun, After::Hang, "did not answer within 1 s"),
        ("a body that breaks off", begun, After::Close, "was not reached"),
        ("not HTTP", "hello\r\n\r\n", After::Close, "was not reached"),
    ];
    for (why, sent, after, wanted) in table {
        let server = Server::answering(sent, after);
        let fault = call(&server.url()).expect_err(why);
        assert!(!fault.permanent && fault.message.contains(wanted), "{why}: {fault:?}");
        assert!(!fault.message.contains("secret-path"), "{why}: {fault:?}");
        assert_eq!(server.seen().len(), 1, "{why}: one attempt, one request");
    }
}

#[test]
fn nobody_who_answers_is_a_passing_fault() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let fault = call(&format!("http://127.0.0.1:{port}/")).unwrap_err();
    assert!(!fault.permanent && fault.message.contains("was not reached"), "{fault:?}");
}

#[test]
fn a_redirect_leads_nowhere() {
    let other = Server::with_status(200);
    for status in [301, 302, 303, 307, 308] {
        let moved = format!(
            "HTTP/1.1 {status} X\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
            other.url().replace("127.0.0.1", "localhost")
        );
        let fault = call(&Server::answering(moved, After::Close).url()).unwrap_err();
        assert!(fault.permanent, "{status}: {fault:?}");
    }
    assert_eq!(other.seen(), Vec::<String>::new());
}

#[test]
fn two_attempts_carry_one_key() {
    let server = Server::with_status(503);
    let tools = Workshop::new().tools_with(Environment::of([]));
    let mut order = order(Work::Http { url: server.url(), token_env: None });
    for attempt in 1..=2 {
        order.attempt = attempt;
        perform(&order, &tools, &Stop::default()).unwrap_err();
    }
    let seen = server.seen();
    let header = |request: &str, name: &str| {
        let mut lines = request.lines();
        let line = lines.find(|line| line.to_lowercase().starts_with(name)).unwrap_or_default();
        line.split_once(": ").unwrap_or_default().1.to_owned()
    };
    let body = |request: &str| -> Value {
        serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
    };
    for (request, attempt) in seen.iter().zip(1..) {
        assert!(request.starts_with("POST /hooks/secret-path HTTP/1.1\r\n"), "{request}");
        assert_eq!(header(request, "idempotency-key"), order.key.as_str());
        assert_eq!(header(request, "content-type"), "application/json");
        assert!(header(request, "user-agent").starts_with("fivestep/"));
        assert_eq!(header(request, "authorization"), "", "no token was asked for");
        let wanted = json!({
            "format": 1, "brand": "acme", "cycle": 2, "stage": "support", "action": "post",
            "attempt": attempt, "key": order.key,
        });
        assert_eq!(body(request), wanted);
    }
    assert_eq!(seen.len(), 2);
}

#[test]
fn a_token_goes_to_the_webhook_and_nowhere_else() {
    let server = Server::with_body(r#"{"you": "sent Bearer s3cret-token"}"#);
    let answer = call_with(&server.url(), Some("TOKEN"), &[("TOKEN", "s3cret-token")]);
    let kept = json!({ "status": 200, "answer": { "you": "sent Bearer ***" } });
    assert_eq!(answer, Ok(kept));
    assert!(server.seen()[0].to_lowercase().contains("authorization: bearer s3cret-token\r\n"));

    let fault = call_with(&server.url(), Some("TOKEN"), &[]).unwrap_err();
    assert_eq!(fault.message, "the environment variable `TOKEN` is not set");
    assert!(fault.permanent);
    assert_eq!(server.seen().len(), 1, "without its token nothing is sent");
}

#[test]
fn a_stop_gives_a_waiting_call_up() {
    let server = Server::answering("", After::Hang);
    let tools = Workshop::new().tools_with(Environment::of([]));
    let mut order = order(Work::Http { url: server.url(), token_env: None });
    order.job.timeout_seconds = 3_600;
    let stop = Stop::default();
    let fault = thread::scope(|scope| {
        let waiting = scope.spawn(|| perform(&order, &tools, &stop));
        super::wait_until("the call is made", || !server.seen().is_empty());
        stop.set();
        waiting.join().unwrap().unwrap_err()
    });
    assert!(!fault.permanent && fault.message.contains("fivestep is stopping"), "{fault:?}");
}

#[test]
fn what_is_no_address_is_refused() {
    for url in ["", "http://", "not an address", "ftp://example.org/"] {
        let fault = call(url).expect_err(url);
        assert!(!fault.message.contains("secret"), "{url}: {fault:?}");
    }
}
