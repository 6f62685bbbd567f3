//! Circles in a graph: each knot of it shown by a shortest way round.

use std::collections::{HashMap, HashSet, VecDeque};

use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};

/// The circles among so many nodes, one for each set of nodes that lead to each other; each ends
/// where it begins, at its first node.
///
/// - `ways`: from which node to which; both below `count`.
pub(in crate::definition) fn circles(
    count: usize,
    ways: impl IntoIterator<Item = (usize, usize)>,
) -> Vec<Vec<usize>> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = (0..count).map(|_| graph.add_node(())).collect();
    for (from, to) in ways {
        graph.add_edge(nodes[from], nodes[to], ());
    }
    let places = |circle: Vec<NodeIndex>| circle.into_iter().map(NodeIndex::index).collect();
    of(&graph).into_iter().map(places).collect()
}

/// The circles of a graph, in the order of their first nodes.
pub(super) fn of<N>(ways: &DiGraph<N, ()>) -> Vec<Vec<NodeIndex>> {
    // Not that of Tarjan, which takes the stack for as many nodes as follow each other.
    let knots = kosaraju_scc(ways).into_iter();
    let mut circles: Vec<Vec<NodeIndex>> = knots.filter_map(|knot| circle(ways, &knot)).collect();
    circles.sort();
    circles
}

/// A shortest way round within a strongly connected part, back to its first node.
fn circle<N>(ways: &DiGraph<N, ()>, knot: &[NodeIndex]) -> Option<Vec<NodeIndex>> {
    let first = *knot.iter().min()?;
    let inside: HashSet<NodeIndex> = knot.iter().copied().collect();
    let mut before: HashMap<NodeIndex, NodeIndex> = HashMap::new();
    let mut waiting = VecDeque::from([first]);
    while let Some(node) = waiting.pop_front() {
        for next in ways.neighbors(node) {
            if next == first {
                let mut circle = vec![first];
                let mut at = node;
                while at != first {
                    circle.push(at);
                    at = *before.get(&at)?;
                }
                circle.push(first);
                circle.reverse();
                return Some(circle);
            }
            if !before.contains_key(&next) && inside.contains(&next) {
                before.insert(next, node);
                waiting.push_back(next);
            }
        }
    }
    None
}
