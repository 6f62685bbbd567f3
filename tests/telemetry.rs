//! The spans as an OpenTelemetry collector receives them: `cargo test --features otel --test telemetry`.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are an edge")]

mod common;

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    sync::{Arc, Mutex},
    thread,
};

use common::TestEnv;

/// A collector on this machine that gives one answer to everybody and keeps what it was sent.
struct Collector {
    port: u16,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Collector {
    fn answering(status: u16) -> Self {
        let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
        let port = server.server_addr().to_ip().unwrap().port();
        let bodies = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let kept = Arc::clone(&bodies);
        thread::spawn(move || {
            for mut request in server.incoming_requests() {
                assert_eq!(request.url(), "/v1/traces");
                let mut body = Vec::new();
                request.as_reader().read_to_end(&mut body).unwrap();
                kept.lock().unwrap().push(body);
                request.respond(tiny_http::Response::empty(status)).unwrap();
            }
        });
        Self { port, bodies }
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Everything that was sent; texts stand in protobuf as they are.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bodies.lock().unwrap().concat()).into_owned()
    }
}

/// A started brand with an action whose program knows a secret and fails.
fn waiting_for_a_program() -> TestEnv {
    let env = TestEnv::new();
    let action = "\n  define:\n    entry: [ { id: mark, run: command, argv: [./mark.sh], \
                  env: [TOKEN], retry: { attempts: 1 } } ]\n";
    env.replace("workflows/engagement.yaml", "\n  define:\n", action);
    env.write("mark.sh", "#!/bin/sh\necho \"no: $TOKEN\" >&2\nexit 1\n");
    fs::set_permissions(env.path("mark.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    env.ok(["start", "acme"]);
    env
}

/// `fivestep tick` with the collector at `endpoint`: exit code and standard error.
fn tick(env: &TestEnv, endpoint: &str) -> (i32, String) {
    let mut command = env.command();
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint).env("TOKEN", "s3cret-word");
    let output = command.arg("tick").output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_collector_receives_transitions_and_attempts_and_no_secret() {
    let (env, collector) = (waiting_for_a_program(), Collector::answering(200));
    let (code, stderr) = tick(&env, &collector.endpoint());
    assert_eq!((code, stderr.contains("collector")), (0, false), "{stderr}");
    let sent = collector.text();
    let words = ["fivestep", "transition", "perform", "brand", "acme", "cycle", "stage", "define"];
    for word in words.into_iter().chain(["action", "mark", "attempt", "revision", "committed"]) {
        assert!(sent.contains(word), "{word:?} is in no span: {sent:?}");
    }
    assert!(!sent.contains("s3cret-word"), "{sent:?}");
}

#[test]
fn a_collector_that_fails_costs_one_line_and_not_the_work() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refusing = Collector::answering(503);
    // (why, endpoint, what the line says)
    let table = [
        ("nobody listens", format!("http://{gone}"), "spans do not reach the collector"),
        ("it refuses", refusing.endpoint(), "it answers 503"),
        ("no address", "not an address".to_owned(), "the collector cannot be used"),
    ];
    for (why, endpoint, line) in table {
        let env = waiting_for_a_program();
        let (code, stderr) = tick(&env, &endpoint);
        assert_eq!(code, 0, "{why}: {stderr}");
        assert_eq!(stderr.matches("the work itself goes on").count(), 1, "{why}: {stderr}");
        assert!(stderr.contains(line), "{why}: {stderr}");
        let history = env.ok(["history", "acme"]);
        assert!(history.stdout.contains("mark"), "{why}: {}", history.text());
    }
}

#[test]
fn without_a_collector_nothing_is_sent_or_said() {
    let env = waiting_for_a_program();
    let (code, stderr) = tick(&env, "");
    assert_eq!((code, stderr.contains("collector")), (0, false), "{stderr}");
}
