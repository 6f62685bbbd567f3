//! stand-in
#![allow(missing_docs)]
use crate::model::{BrandId, Digest, Job, StageId, command::Fault};
use std::sync::{Arc, atomic::AtomicBool};
#[derive(Debug, Clone)]
pub struct Order {
    pub brand: BrandId,
    pub cycle: u32,
    pub stage: Option<StageId>,
    pub action: String,
    pub attempt: u32,
    pub key: Digest,
    pub job: Job,
}
#[derive(Debug, Clone, Default)]
pub struct Stop(pub Arc<AtomicBool>);
#[derive(Debug, Clone)]
pub struct Tools {
    pub root: std::path::PathBuf,
}
pub fn perform(
    _order: &Order,
    _tools: &Tools,
    _stop: &Stop,
) -> Result<serde_json::Map<String, serde_json::Value>, Fault> {
    Ok(serde_json::Map::new())
}
impl Tools {
    pub fn tell(&self, _notice: &crate::engine::Notice) -> Result<(), Fault> {
        Ok(())
    }
}
impl Tools {
    pub fn new(root: &std::path::Path) -> Self {
        Self { root: root.to_owned() }
    }
}
