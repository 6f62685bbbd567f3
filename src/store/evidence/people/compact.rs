//! Layers of like size become one.
//!
//! Start reading at [`compact`].
//!
//! # Always true
//!
//! - Among layers of like size there are fewer than [`FEW`]; so there are few in all, and what is said
//!   is written anew only as often as its layer doubles.
//! - What holds now, and what held at every earlier revision, is the same before and after.

use rusqlite::{Connection, params};

use super::{Layer, LayerRun, LayerWriter, layers, places, times};
use crate::evidence::{
    accounts::Accounts,
    layers::{Record, block::Base, merge::Merge},
};

/// How many layers of like size become one.
const FEW: usize = 4;

/// Makes one layer of the newest ones, as many as are not much larger than those after them.
pub(in crate::store::evidence) fn compact(
    connection: &Connection,
    base: Base,
) -> rusqlite::Result<()> {
    let layers = layers(connection)?;
    let newest = alike(&layers);
    if newest.len() < FEW {
        return Ok(());
    }
    let mut accounts = Accounts::default();
    let times = times(connection, None, &mut accounts)?;
    let runs = newest.iter().map(|layer| LayerRun::of(connection, layer.id));
    let mut merge = Merge::of(runs.collect::<rusqlite::Result<Vec<_>>>()?, &mut accounts)?;
    let mut layer = LayerWriter::begin(connection, base)?;
    let mut record = Record::default();
    while merge.next(&mut record, &mut accounts)? {
        record.condense(&times);
        layer.add(&record, &accounts)?;
    }
    drop(merge);
    layer.finish(&accounts)?;
    newest.iter().try_for_each(|layer| remove(connection, *layer))
}

/// The newest layers, none much larger than those after it together.
fn alike(layers: &[Layer]) -> &[Layer] {
    let (mut from, mut said) = (layers.len(), 0);
    for (place, layer) in layers.iter().enumerate().rev() {
        if from < layers.len() && layer.said > 2 * said {
            break;
        }
        (from, said) = (place, said + layer.said);
    }
    &layers[from..]
}

fn remove(connection: &Connection, layer: Layer) -> rusqlite::Result<()> {
    let places = places(layer.id);
    let sql = "DELETE FROM block WHERE place >= ? AND place < ?";
    connection.execute(sql, params![places.start, places.end])?;
    connection.execute("DELETE FROM layer WHERE id = ?", [layer.id])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_layers_of_like_size_are_found() {
        // (what the layers say, oldest first; how many of the newest are alike)
        let table: [(&[u64], usize); 7] = [
            (&[], 0),
            (&[5], 1),
            (&[100, 5], 1),
            (&[100, 50], 2),
            (&[1000, 10, 5], 2),
            (&[40, 10, 5], 2),
            (&[30, 10, 5], 3),
        ];
        for (said, expected) in table {
            let layers: Vec<Layer> =
                said.iter().zip(1..).map(|(said, id)| Layer { id, said: *said }).collect();
            assert_eq!(alike(&layers).len(), expected, "{said:?}");
        }
    }
}
