//! fivestep: a five-step workflow engine for social-media engagement.
pub mod definition;
pub mod evidence;
pub mod model;
