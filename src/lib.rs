//! fivestep: a five-step workflow engine for social-media engagement.
pub mod evidence;
pub mod model;
pub mod samples;
