//! The contract with a program: what it is given, and what its ending means.
//!
//! Start reading at [`perform`]; [`Ended`] says what an ending means, [`answer`] what output does.
//!
//! | ending | meaning |
//! |---|---|
//! | exit code 0 | done |
//! | 64 to 78 except 75; 126, 127 | a permanent fault: wrong use, wrong data, no such program |
//! | 75, every other code, a signal | a passing fault: another attempt may help |
//! | no such program, not allowed, not a program | a permanent fault |
//! | too much output, output that is no JSON object | a permanent fault |
//! | its time was up, or we stop | a passing fault |
//!
//! # Source
//!
//! The codes from 64 to 78 are those of BSD's `sysexits.h` (75 is `EX_TEMPFAIL`); 126 and 127 are
//! the shell's, POSIX 2.8.2.

use std::{ffi::OsString, io, process::ExitStatus, time::Duration};

use serde_json::{Map, Value};
use tracing::debug;

use super::{
    Fault, Order, Stop, Tools,
    environment::Secrets,
    pipe::Keep,
    program::{Ending, Program, Run},
};

/// Runs the program of `argv` and reads its answer.
pub(super) fn perform(
    order: &Order,
    argv: &[String],
    env: &[String],
    output_bytes: u64,
    tools: &Tools,
    stop: &Stop,
) -> Result<Map<String, Value>, Fault> {
    let Some((name, arguments)) = argv.split_first() else {
        return Err(Fault::permanent("the action names no program"));
    };
    let (mut variables, secrets) = tools.environment.offer(env)?;
    variables.extend([
        ("FIVESTEP_KEY".to_owned(), order.key.as_str().into()),
        ("FIVESTEP_ATTEMPT".to_owned(), order.attempt.to_string().into()),
        ("FIVESTEP_BRAND".to_owned(), OsString::from(order.brand.as_str())),
    ]);
    let most = usize::try_from(output_bytes).unwrap_or(usize::MAX);
    let program = Program {
        called: name,
        path: name,
        arguments,
        folder: &tools.root,
        variables,
        input: order.input(),
        output: Keep::First(most),
        timeout: order.timeout(),
    };
    let output = run_well(program, &secrets, stop)?;
    answer(name, &output, &secrets)
}

/// Runs a program that has to end well, and gives back what was kept of its output.
pub(super) fn run_well(
    program: Program<'_>,
    secrets: &Secrets,
    stop: &Stop,
) -> Result<Vec<u8>, Fault> {
    let (name, timeout, keep) = (program.called, program.timeout, program.output);
    let run = program.run(stop).map_err(|error| not_started(name, &error))?;
    log_complaint(&run, secrets);
    ended(name, run.ending, timeout, keep).map_or(Ok(run.output), Err)
}

/// What is wrong with how a program ended; `None` if nothing is.
fn ended(name: &str, ending: Ending, timeout: Duration, keep: Keep) -> Option<Fault> {
    match ending {
        Ending::Exited(status) if status.success() => None,
        Ending::Exited(status) => Some(exited(name, status)),
        Ending::TimedOut => {
            let seconds = timeout.as_secs();
            Some(Fault::passing(format!("`{name}` did not end within {seconds} s and was ended")))
        }
        Ending::Stopped => {
            Some(Fault::passing(format!("`{name}` was ended: fivestep is stopping")))
        }
        Ending::Overflowed => {
            let (Keep::First(most) | Keep::Last(most)) = keep;
            Some(Fault::permanent(format!(
                "`{name}` wrote more than {most} bytes to standard output, which is its limit"
            )))
        }
    }
}

fn exited(name: &str, status: ExitStatus) -> Fault {
    match status.code() {
        Some(code) => Fault {
            message: format!("`{name}` ended with exit code {code}"),
            permanent: is_permanent(code),
        },
        None => Fault::passing(format!("`{name}` was ended by {}", signal(status))),
    }
}

/// Whether an exit code says that another attempt would end the same way.
fn is_permanent(code: i32) -> bool {
    const TEMPORARY: i32 = 75;
    matches!(code, 64..=78 | 126 | 127) && code != TEMPORARY
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    status.signal().map_or_else(|| "a signal".to_owned(), |signal| format!("signal {signal}"))
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> String {
    "the system".to_owned()
}

/// A program that is not there, or is none, will be so next time; a busy system will not.
fn not_started(name: &str, error: &io::Error) -> Fault {
    use io::ErrorKind as Kind;
    let message = format!("`{name}` cannot be started: {error}");
    let permanent = matches!(
        error.kind(),
        Kind::NotFound
            | Kind::PermissionDenied
            | Kind::NotADirectory
            | Kind::IsADirectory
            | Kind::InvalidInput
            | Kind::ArgumentListTooLong
    );
    Fault { message, permanent: permanent || is_no_program(error) }
}

/// Whether the system could not run the file: no `#!` line, or another machine's code.
fn is_no_program(error: &io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error());
    #[cfg(not(unix))]
    return error.raw_os_error() == Some(193); // ERROR_BAD_EXE_FORMAT
}

/// The object that a program wrote; an empty one if it wrote nothing.
fn answer(name: &str, output: &[u8], secrets: &Secrets) -> Result<Map<String, Value>, Fault> {
    if output.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(output) {
        Ok(Value::Object(object)) => Ok(secrets.blot_object(object)),
        Ok(_) => Err(Fault::permanent(format!(
            "what `{name}` wrote to standard output is JSON, but not an object"
        ))),
        // The parser's own words could repeat what it read.
        Err(error) => Err(Fault::permanent(format!(
            "what `{name}` wrote to standard output is not a JSON object: line {}, column {}",
            error.line(),
            error.column()
        ))),
    }
}

/// How many lines of standard error are logged.
const COMPLAINT_LINES: usize = 20;

/// Logs the end of standard error, for those who ask for it: it belongs in no journal.
fn log_complaint(run: &Run, secrets: &Secrets) {
    let text = String::from_utf8_lossy(&run.complaint);
    // The first line of a cut text may begin inside a secret, which would not be known any more.
    let text = match run.complained_more {
        true => text.split_once('\n').map_or("", |(_, rest)| rest),
        false => &text,
    };
    let text = secrets.blot(text);
    let lines: Vec<&str> = text.lines().collect();
    for line in &lines[lines.len().saturating_sub(COMPLAINT_LINES)..] {
        debug!(stderr = line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_says_whether_another_attempt_can_help() {
        // (why this row exists, the codes, permanent?)
        let table: [(&str, &[i32], bool); 4] = [
            ("what programs commonly say", &[1, 2, 3, 63, 79, 125, 128, 255], false),
            ("wrong use, wrong data, wrong settings", &[64, 65, 74, 76, 77, 78], true),
            ("try again later", &[75], false),
            ("the shell's: not a program, no such program", &[126, 127], true),
        ];
        for (why, codes, permanent) in table {
            for code in codes {
                assert_eq!(is_permanent(*code), permanent, "{why}: {code}");
            }
        }
    }

    #[test]
    fn an_answer_is_nothing_or_one_json_object() {
        // (why this row exists, what was written, the answer or the fault)
        let table: [(&str, &[u8], Result<&str, &str>); 9] = [
            ("nothing", b"", Ok("{}")),
            ("a line break", b" \n", Ok("{}")),
            ("an object", b"{\"posts\": 3}\n", Ok("{\"posts\":3}")),
            ("a list", b"[1]", Err("is JSON, but not an object")),
            ("half an object", b"{\"posts\":", Err("line 1, column 9")),
            ("two objects", b"{}\n{}", Err("line 2, column 1")),
            ("a chat before it", b"hello\n{}", Err("line 1, column 1")),
            ("not UTF-8", b"{\"a\": \"\xff\"}", Err("line 1, column 8")),
            ("too deep", &[b'['; 200], Err("line 1, column 128")),
        ];
        for (why, written, wanted) in table {
            match (answer("count", written, &Secrets::default()), wanted) {
                (Ok(answer), Ok(wanted)) => {
                    assert_eq!(Value::Object(answer).to_string(), wanted, "{why}");
                }
                (Err(fault), Err(wanted)) => {
                    assert!(fault.message.ends_with(wanted), "{why}: {fault:?}");
                    assert!(fault.permanent, "{why}");
                }
                (found, _) => panic!("{why}: {found:?}"),
            }
        }
    }
}
