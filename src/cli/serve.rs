//! `serve`: what is due is done when it is due, until somebody stops it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use crate::{
    clock,
    failure::Failure,
    performer::{Stop, Tools},
    runner::{meter::Meter, serve::News, tick::Told, works::Works},
    view::ticked::ticked,
};

use super::{args::ServeArgs, exit::Exit, prometheus, render, report, session::Session};

pub fn run(session: &Session, args: &ServeArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        // The second signal ends the program at once.
        let handled = flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)));
        handled.map_err(|source| Failure::Io {
            doing: "the signals cannot be watched".to_owned(),
            source,
        })?;
    }
    if let Some(time) = args.time {
        stop_after(time, Arc::clone(&stop));
    }
    let tools = Tools::new(runner.workspace().root());
    let mut works = Works::new(args.workers, tools, Stop::default());
    let name = format!("process {} of {}", std::process::id(), clock::file_time_ns());
    let meter = Arc::new(Meter::default());
    if let Some(address) = args.metrics {
        let state = runner.store().path().to_owned();
        let at = prometheus::listen(address, &state, session.clock(), Arc::clone(&meter))?;
        report::say(&format!("metrics at http://{at}/metrics\n"));
    }
    runner.serve(&name, args.lease, &mut works, &stop, &mut |news| tell(session, &meter, news))?;
    Ok(Exit::Done)
}

/// Says stop after so long; a program that ends before takes the thread with it.
fn stop_after(time: Duration, stop: Arc<AtomicBool>) {
    thread::spawn(move || {
        thread::sleep(time);
        stop.store(true, Ordering::SeqCst);
    });
}

/// Says on standard error what happens.
fn tell(session: &Session, meter: &Meter, news: News<'_>) {
    let line = match news {
        News::Leads(lease) => {
            meter.leads(Some(lease.fence));
            format!("leads under number {}; stop it with Ctrl-C", lease.fence)
        }
        News::Waits(lease) => {
            meter.leads(None);
            format!("{} leads; waiting until it stops", lease.holder)
        }
        News::Told(Told::Looked(_)) => return,
        News::Told(Told::Step(step)) => {
            for line in ticked(step) {
                report::say(&format!("{}: {}\n", line.brand, line.text));
            }
            return;
        }
        News::Told(Told::Broken(_, failure)) => {
            report::say(&report::text(&failure));
            return;
        }
        News::Round(tally) => {
            meter.count(&tally);
            if session.common.verbose == 0 {
                return;
            }
            render::ticked::sums(&tally)
        }
    };
    report::say(&format!("{line}\n"));
}
