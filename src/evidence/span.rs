//! Stretches by their first and last moment.

/// A stretch that holds `at`, too.
pub(crate) fn widened<T: Ord + Copy>(span: Option<(T, T)>, at: T) -> Option<(T, T)> {
    let (first, last) = span.unwrap_or((at, at));
    Some((first.min(at), last.max(at)))
}
