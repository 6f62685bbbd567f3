//! fivestep: a five-step workflow engine for social-media engagement.
//!
//! A workflow file configures five stages (define, target, support, refine, repeat). A brand goes
//! round them; a stage's gate opens on evidence measured from the brand's own exports, with its
//! sample size and interval stated; the checkpoint of each brand is durable.
//!
//! # Reading order
//!
//! 1. [`model`]: the nouns.
//! 2. [`engine`]: the decision. Pure; start at [`engine::step()`].
//! 3. [`definition`]: YAML text becomes a checked model.
//! 4. [`evidence`]: exports become facts, facts become numbers.
//! 5. [`store`]: what is kept on the disk.
//! 6. [`performer`]: really does what was decided: programs, webhooks, notices.
//! 7. [`runner`]: the loop that joins them.
//! 8. [`house`]: what lets a workspace last: gc, doctor, copies.
//! 9. [`rehearsal`]: brands that exist only in memory: tests of a workflow, what-if, replay.
//! 10. [`view`] and [`cli`]: what people see.
//!
//! Dependencies point one way: `cli → view → runner → store → engine → evidence → model`, and
//! `definition → model`, `runner → performer → engine`, `rehearsal → engine`. `model`, `engine`,
//! `definition`, `rehearsal`, `view` and the metrics do no IO and read no clock;
//! `clippy.toml` bans the calls that would.

pub mod cli;
pub mod clock;
pub mod definition;
pub mod engine;
pub mod evidence;
pub mod failpoint;
pub mod failure;
pub mod house;
pub mod model;
pub mod performer;
pub mod rehearsal;
pub mod runner;
pub mod samples;
pub mod store;
pub mod view;
pub mod workspace;
