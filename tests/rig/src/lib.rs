//! What the tests and benchmarks of Outpost stand on. It knows nothing of Outpost: it sees programs, sockets and disks.
//!
//! - [`line`]: a bad line between two sockets: slow, narrow, stalling, half-open, resetting, cut;
//! - [`power`]: a disk whose plug can be pulled, counting what is written to it;
//! - [`process`]: a program that is started, watched, measured and killed;
//! - [`load`]: many small MQTT clients that publish, measure, and remember what was acknowledged;
//! - [`sales`]: realistic sales from a seed; [`disk`]: what one fdatasync costs; [`latency`]: percentiles;
//! - [`crowd`]: thousands of idle connections; [`town`]: an office and its boxes;
//! - [`packages`]: the programs of others that a test needs; [`mosquitto`]: one of them, running;
//! - [`http`]: requests, each on a connection of its own;
//! - [`seed`]: numbers that come again.
//!
//! Everything that is random takes a seed; every port is the system's choice, or of a range of ours; everything started is ended on drop.

pub mod crowd;
pub mod disk;
pub mod http;
pub mod latency;
pub mod line;
pub mod load;
pub mod mosquitto;
pub mod packages;
pub mod power;
pub mod process;
pub mod sales;
pub mod seed;
pub mod town;
pub mod wait;
