//! What fuzzing has found, and what it started from, through the same code as in the fuzzer (`fuzz/`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../fuzz/bodies.rs"]
mod bodies;

fn replay(target: &str, body: fn(&[u8])) {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut seen = 0;
    for entry in std::fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        // The name of the file stands above the panic's message when one fails.
        println!("{}", path.display());
        body(&bytes);
        seen += 1;
    }
    assert!(seen > 0, "{} is empty", dir.display());
}

#[test]
fn the_gate_survives_its_corpus() {
    replay("gate", bodies::gate);
}

#[test]
fn the_intake_survives_its_corpus() {
    replay("intake", bodies::intake);
}

#[test]
fn the_envelope_opener_survives_its_corpus() {
    replay("envelope", bodies::envelope);
}

#[test]
fn the_enrolment_reader_survives_its_corpus() {
    replay("enrolment", bodies::enrolment);
}

#[test]
fn a_hostile_box_inside_the_seal_stops_nothing() {
    replay("message", bodies::message);
}

#[test]
fn the_record_reader_survives_its_corpus() {
    replay("record", bodies::record);
}

#[test]
fn the_segment_reader_survives_its_corpus() {
    replay("segment", bodies::segment);
}

#[test]
fn the_control_socket_survives_its_corpus() {
    replay("ask", bodies::ask);
}

#[test]
fn the_reader_of_names_on_a_stick_survives_its_corpus() {
    replay("stick", bodies::stick);
}

#[test]
fn the_loader_of_master_data_survives_its_corpus() {
    replay("load", bodies::load);
}
