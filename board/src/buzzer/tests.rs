use std::sync::{Arc, Mutex};

use super::*;
use crate::pin::fake::FakePin;

const LISTEN_MS: u64 = 3_000;

/// What a person hears in three seconds, a character a tick.
fn heard(tune: Tune) -> String {
    (0..LISTEN_MS / TICK_MS).map(|tick| if sounds(tune, tick * TICK_MS) { '#' } else { '.' }).collect()
}

#[derive(Clone, Default)]
struct Recorder {
    switched: Arc<Mutex<Vec<bool>>>,
    is_broken: Arc<Mutex<bool>>,
}

impl Recorder {
    fn switched(&self) -> Vec<bool> {
        self.switched.lock().unwrap().clone()
    }
}

impl Buzzer for Recorder {
    fn switch(&mut self, on: bool) -> Result<(), PinError> {
        if *self.is_broken.lock().unwrap() {
            return Err(PinError::Wire { what: "buzzer", cause: "broken".into() });
        }
        self.switched.lock().unwrap().push(on);
        Ok(())
    }
}

#[test]
fn may_pull_is_one_long_tone_and_a_problem_three_short_ones() {
    assert_eq!(heard(Tune::MayPull).trim_end_matches('.'), "##########");
    assert_eq!(heard(Tune::Problem).trim_end_matches('.'), "##..##..##");
}

#[test]
fn every_tune_begins_at_once_and_is_silent_for_ever_from_its_end() {
    for tune in TUNES {
        let end = tune.length_ms();
        assert!(sounds(tune, 0) && sounds(tune, end - 1), "{tune:?}");
        assert!(!(end..end + 60_000).any(|ms| sounds(tune, ms)), "{tune:?}");
        assert!(!sounds(tune, u64::MAX), "{tune:?}");
    }
}

#[test]
fn every_edge_lies_on_a_tick() {
    for tune in TUNES {
        for ms in 0..LISTEN_MS {
            assert_eq!(sounds(tune, ms), sounds(tune, ms / TICK_MS * TICK_MS), "{tune:?} at {ms}");
        }
    }
}

#[test]
fn a_player_switches_only_on_change_and_stops_by_itself() {
    let buzzer = Recorder::default();
    let mut player = Player::new(Box::new(buzzer.clone()));
    player.sound(0).unwrap();
    player.play(Tune::Problem, 100);
    for ms in (100..LISTEN_MS).step_by(100) {
        player.sound(ms).unwrap();
    }
    assert_eq!(buzzer.switched(), [false, true, false, true, false, true, false]);
}

#[test]
fn a_tick_that_comes_late_ends_the_tune_all_the_same() {
    let buzzer = Recorder::default();
    let mut player = Player::new(Box::new(buzzer.clone()));
    player.play(Tune::MayPull, 5_000);
    player.sound(5_000).unwrap();
    player.sound(90_000).unwrap();
    player.sound(90_100).unwrap();
    assert_eq!(buzzer.switched(), [true, false]);
}

#[test]
fn a_new_tune_takes_the_place_of_the_old_one() {
    let buzzer = Recorder::default();
    let mut player = Player::new(Box::new(buzzer.clone()));
    player.play(Tune::Problem, 0);
    player.sound(0).unwrap();
    player.play(Tune::MayPull, 300);
    for ms in (300..LISTEN_MS).step_by(100) {
        player.sound(ms).unwrap();
    }
    assert_eq!(buzzer.switched(), [true, false]);
}

#[test]
fn a_player_tries_again_after_a_failure() {
    let buzzer = Recorder::default();
    let mut player = Player::new(Box::new(buzzer.clone()));
    *buzzer.is_broken.lock().unwrap() = true;
    player.play(Tune::MayPull, 0);
    assert!(player.sound(0).is_err());
    *buzzer.is_broken.lock().unwrap() = false;
    player.sound(100).unwrap();
    assert_eq!(buzzer.switched(), [true]);
}

#[test]
fn a_player_that_goes_away_in_the_middle_of_a_tune_leaves_silence() {
    let buzzer = Recorder::default();
    let mut player = Player::new(Box::new(buzzer.clone()));
    player.play(Tune::MayPull, 0);
    player.sound(0).unwrap();
    drop(player);
    assert_eq!(buzzer.switched(), [true, false]);
}

#[test]
fn a_buzzer_on_a_pin_sounds_at_its_active_level() {
    let pin = FakePin::with_level(Some(true));
    let mut player = Player::new(Box::new(PinBuzzer::new(pin.clone(), ActiveLevel::Low)));
    player.play(Tune::MayPull, 0);
    player.sound(0).unwrap();
    assert_eq!(pin.level(), Some(false));
    player.sound(1_000).unwrap();
    assert_eq!(pin.level(), Some(true));
}

#[test]
fn a_box_without_a_buzzer_is_content() {
    let mut player = Player::new(Box::new(NoBuzzer));
    player.play(Tune::Problem, 0);
    player.sound(0).unwrap();
}
