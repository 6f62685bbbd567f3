//! What the engine promises: the whole table of states and commands, verdicts at their edges,
//! outcomes, and laws that hold for every sequence of commands.

#[path = "engine/charter.rs"]
mod charter;
#[path = "engine/common.rs"]
mod common;
#[path = "engine/gate.rs"]
mod gate;
#[path = "engine/held.rs"]
mod held;
#[path = "engine/keys.rs"]
mod keys;
#[path = "engine/language.rs"]
mod language;
#[path = "engine/laws.rs"]
mod laws;
#[path = "engine/outcomes.rs"]
mod outcomes;
#[path = "engine/table.rs"]
mod table;
