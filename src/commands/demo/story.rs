//! The acts of the demo.

use super::files::{self, CHANGED, COUNTS, PROGRAM, TEXT};
use super::stage::Stage;
use super::tally::Tally;
use crate::error::Failure;
use crate::exit::Exit;

/// The job's name in both programs.
const JOB: &str = "word-count";
/// How many words are shown.
const SHOWN: usize = 4;

/// Plays it from the first start of the job to its end.
pub async fn tell(stage: &Stage) -> Result<(), Failure> {
    start(stage).await?;
    let savepoint = savepoint(stage).await?;
    let (stopped, at_stop) = stop(stage).await?;
    restore(stage, &stopped).await?;
    compare(stage, &at_stop).await?;
    stage.say("Nobody needs the savepoints any more")?;
    stage
        .run(&["dispose", &savepoint, &stopped, "--yes"])
        .await?;
    Ok(())
}

async fn start(stage: &Stage) -> Result<(), Failure> {
    let song = Tally::of_text(TEXT);
    stage.say(&format!(
        "{PROGRAM} counts the {} words of a song, 30 lines a second, into {COUNTS}",
        song.total()
    ))?;
    stage.run(&["flink", "run", "-d", PROGRAM]).await?;
    // the sink writes what a checkpoint has made sure of
    stage
        .until("a first checkpoint", |stage| !stage.read(COUNTS).is_empty())
        .await?;
    stage.run(&["jobs"]).await?;
    Ok(())
}

async fn savepoint(stage: &Stage) -> Result<String, Failure> {
    stage.say("A savepoint, while the job goes on; what is printed is its location")?;
    let location = location(stage.run(&["trigger", JOB]).await?)?;
    stage.run(&["list"]).await?;
    stage.run(&["inspect", &location]).await?;
    Ok(location)
}

/// The last savepoint, and what was counted then.
async fn stop(stage: &Stage) -> Result<(String, Tally), Failure> {
    stage.say("The job is stopped with a last savepoint, in the middle of the song")?;
    let location = location(stage.run(&["stop", JOB]).await?)?;
    let counts = stage.read(COUNTS);
    let tally = counted(&counts)?;
    let last = counts.lines().last().unwrap_or_default();
    stage.line(&format!(
        "{COUNTS} has {} words now, the last is {last}",
        tally.total()
    ))?;
    Ok((location, tally))
}

async fn restore(stage: &Stage, location: &str) -> Result<(), Failure> {
    stage.say(&format!(
        "{CHANGED} counts in two subtasks, and has a second sink; this is new in it"
    ))?;
    for line in files::change() {
        stage.line(format!("+ {line}").trim_end())?;
    }
    stage.say("It goes on from the savepoint: operators find their state by uid, and the counts are split in two")?;
    stage.run(&["restore", location, "--jar", CHANGED]).await?;
    Ok(())
}

/// Waits for the end of the song, and holds the counts against it.
async fn compare(stage: &Stage, at_stop: &Tally) -> Result<(), Failure> {
    let song = Tally::of_text(TEXT);
    let is_sung = |stage: &Stage| stage.read(COUNTS).lines().count() as u64 >= song.total();
    stage.until("the end of the song", is_sung).await?;
    stage.until_silent(&["jobs", "--output", "name"]).await?;
    let counts = counted(&stage.read(COUNTS))?;
    stage.say("The song is over, and so is the job")?;
    stage.run(&["jobs", "--all"]).await?;
    stage.say("How often, by the counts")?;
    stage.line(&format!(
        "{:<10}{:>12}{:>12}{:>12}",
        "word", "at the stop", "at the end", "in the song"
    ))?;
    for word in song.most_frequent(SHOWN) {
        let [stop, end, song] = [at_stop, &counts, &song].map(|tally| tally.of(word));
        stage.line(&format!("{word:<10}{stop:>12}{end:>12}{song:>12}"))?;
    }
    let [stop, end, all] = [at_stop, &counts, &song].map(Tally::total);
    stage.line(&format!("{:<10}{stop:>12}{end:>12}{all:>12}", "all words"))?;
    if counts != song {
        return Err(Failure::new(
            Exit::Failed,
            "the counts are not those of the song",
        ));
    }
    stage.line(&format!(
        "all {} counts went on where they were, one by one: no word was lost, none was counted twice",
        song.words()
    ))
}

fn counted(counts: &str) -> Result<Tally, Failure> {
    Tally::of_counts(counts)
        .map_err(|what| Failure::new(Exit::Failed, format!("{COUNTS} is wrong: {what}")))
}

/// The location in what `trigger` and `stop` print.
fn location(printed: String) -> Result<String, Failure> {
    let location = printed.trim();
    if location.is_empty() || location.contains('\n') {
        return Err(Failure::new(
            Exit::Failed,
            format!("'{location}' is no location"),
        ));
    }
    Ok(location.to_owned())
}
