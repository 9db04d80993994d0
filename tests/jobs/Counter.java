import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * The test job: it counts 0, 1, 2, ... by key and in total, and fails as soon as a count is off, so that a job which
 * runs on after a restore proves that nothing was lost or counted twice.
 *
 * <p>Operators: source and pace (parallelism 1), count (keyed state), tally (operator state). It keeps to the part of
 * the DataStream API that is the same from Flink 1.10 to 2.3: no open(), no source or sink class, no Time.
 *
 * <p>Arguments, as "--name value":
 *
 * <ul>
 *   <li>name (counter): the job's name; parallelism, max-parallelism; interval: of checkpoints in ms (none)
 *   <li>keys (10); delay (10): ms before each record; count (0, endless): records, then the job finishes
 *   <li>topology: uid (default), nouid (no operator has one), renamed (other uids, so no state fits)
 *   <li>without-uid NAME: this operator has none
 *   <li>out DIR: keep a protocol in DIR/tally.log, see {@link Tally}; report (100): records between its "at" lines
 *   <li>slow-snapshot MS: each snapshot takes that long
 *   <li>fail-snapshot pace: each snapshot of pace fails, in the source's own task, so Flink reports the cause;
 *       fail-snapshot tally: those of tally fail, a task behind the source, and Flink reports only the restart
 *   <li>fail-finish true: tally fails when it is to end, so a stop fails after its savepoint was made
 *   <li>restart none: no restart strategy; batch true: run in batch mode (1.12 and later; give a count)
 *   <li>fail-main true: main throws; no-job true: main returns without a job
 *   <li>slow-main MS: main waits before it runs the job
 *   <li>backend rocksdb: with incremental checkpoints; retain true: checkpoints stay when the job is cancelled
 * </ul>
 */
public class Counter {
  /** Waits before it passes a record on. Chained to the source. */
  static class Pace extends RichMapFunction<Long, Long> implements CheckpointedFunction {
    final long delay;
    final boolean failSnapshot;

    Pace(Arguments arguments) {
      delay = arguments.number("delay", 10);
      failSnapshot = arguments.text("fail-snapshot", "").equals("pace");
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {}

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
      if (failSnapshot) throw new IllegalStateException("the snapshot fails, as asked");
    }

    @Override
    public Long map(Long value) throws Exception {
      if (delay > 0) Thread.sleep(delay);
      return value;
    }
  }

  /** Counts by key. With one source in order, the n-th value of key k is k + (n - 1) * keys, and no other. */
  static class Count extends KeyedProcessFunction<Long, Long, Long> implements CheckpointedFunction {
    final long keys;
    final boolean ordered;
    transient ValueState<Long> count;

    Count(long keys, boolean ordered) {
      this.keys = keys;
      this.ordered = ordered;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      count = context.getKeyedStateStore().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {}

    @Override
    public void processElement(Long value, Context context, Collector<Long> out) throws Exception {
      long before = count.value() == null ? 0 : count.value();
      long expected = context.getCurrentKey() + before * keys;
      if (ordered && value != expected) {
        throw new IllegalStateException("key " + context.getCurrentKey() + ": expected " + expected + ", got " + value);
      }
      count.update(before + 1);
      out.collect(value);
    }
  }

  /**
   * Counts all records of its subtask. The protocol in DIR/tally.log has one line for each of these events, appended
   * in one write: "snapshot CHECKPOINT_ID TOTAL" (that snapshot holds this total), "restored TOTAL" (at the start,
   * from state), "at TOTAL" (running), "fresh" (at the start, no state). TOTAL is that of one subtask; with
   * parallelism 1 it is the number of records counted since the very first start.
   */
  static class Tally extends RichMapFunction<Long, Long> implements CheckpointedFunction {
    final String out;
    final long report;
    final long slowSnapshot;
    final boolean failSnapshot;
    final boolean failFinish;
    transient ListState<Long> state;
    transient long total;

    Tally(Arguments arguments) {
      out = arguments.text("out", "");
      report = arguments.number("report", 100);
      slowSnapshot = arguments.number("slow-snapshot", 0);
      failSnapshot = arguments.text("fail-snapshot", "").equals("tally");
      failFinish = arguments.flag("fail-finish");
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      state = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("total", Types.LONG));
      total = 0;
      for (long part : state.get()) total += part;
      log(context.isRestored() ? "restored " + total : "fresh");
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
      if (slowSnapshot > 0) Thread.sleep(slowSnapshot);
      if (failSnapshot) throw new IllegalStateException("the snapshot fails, as asked");
      state.clear();
      state.add(total);
      log("snapshot " + context.getCheckpointId() + " " + total);
    }

    @Override
    public Long map(Long value) throws Exception {
      total++;
      if (total % report == 0) log("at " + total);
      return value;
    }

    /** Every Flink calls this when a task ends well; when it is cancelled too, but then only logs what is thrown. */
    @Override
    public void close() {
      if (failFinish) throw new IllegalStateException("finishing fails, as asked");
    }

    void log(String line) throws IOException {
      if (out.isEmpty()) return;
      Path directory = Files.createDirectories(Paths.get(out));
      Files.write(directory.resolve("tally.log"), (line + "\n").getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  /** "--name value" pairs. */
  static class Arguments {
    final Map<String, String> values = new HashMap<>();

    Arguments(String[] words) {
      if (words.length % 2 != 0) throw new IllegalArgumentException("arguments are pairs of --name and value");
      for (int i = 0; i < words.length; i += 2) {
        if (!words[i].startsWith("--")) throw new IllegalArgumentException("not an argument's name: " + words[i]);
        values.put(words[i].substring(2), words[i + 1]);
      }
    }

    String text(String name, String otherwise) {
      return values.getOrDefault(name, otherwise);
    }

    long number(String name, long otherwise) {
      return values.containsKey(name) ? Long.parseLong(values.get(name)) : otherwise;
    }

    boolean flag(String name) {
      return "true".equals(values.get(name));
    }
  }

  /** The numbers 0 to last, from the source that this Flink has: fromSequence is there from 1.12 on. */
  @SuppressWarnings("unchecked")
  static DataStream<Long> numbers(StreamExecutionEnvironment environment, long last) throws Exception {
    Class<?> type = StreamExecutionEnvironment.class;
    try {
      return (DataStream<Long>)
          type.getMethod("fromSequence", long.class, long.class).invoke(environment, 0L, last);
    } catch (NoSuchMethodException olderThan112) {
      // The older source keeps every number that is still to come in its state.
      return (DataStream<Long>)
          type.getMethod("generateSequence", long.class, long.class).invoke(environment, 0L, Math.min(last, 300_000L));
    }
  }

  /** Names the operator, and gives it the uid that the topology wants. */
  static <T> SingleOutputStreamOperator<T> named(DataStream<T> stream, String name, Arguments arguments) {
    SingleOutputStreamOperator<T> operator = ((SingleOutputStreamOperator<T>) stream).name(name);
    String topology = arguments.text("topology", "uid");
    if (topology.equals("nouid") || arguments.text("without-uid", "").equals(name)) return operator;
    return operator.uid(topology.equals("renamed") ? name + "-renamed" : name);
  }

  public static void main(String[] words) throws Exception {
    Arguments arguments = new Arguments(words);
    if (arguments.flag("fail-main")) throw new IllegalStateException("main fails, as asked");
    if (arguments.flag("no-job")) return;
    Thread.sleep(arguments.number("slow-main", 0));
    boolean batch = arguments.flag("batch");
    long keys = arguments.number("keys", 10);
    long count = arguments.number("count", 0);

    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    Configuration settings = new Configuration();
    if (batch) settings.setString("execution.runtime-mode", "BATCH");
    if (arguments.text("restart", "").equals("none")) {
      settings.setString("restart-strategy", "none"); // up to 1.20
      settings.setString("restart-strategy.type", "none"); // from 1.19 on
    }
    if (arguments.text("backend", "").equals("rocksdb")) {
      settings.setString("state.backend", "rocksdb"); // up to 1.20
      settings.setString("state.backend.incremental", "true");
      settings.setString("state.backend.type", "rocksdb"); // from 1.17 on
      settings.setString("execution.checkpointing.incremental", "true"); // from 1.20 on
    }
    if (arguments.flag("retain")) {
      settings.setString("execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    }
    environment.configure(settings, Counter.class.getClassLoader());
    if (arguments.number("parallelism", 0) > 0) environment.setParallelism((int) arguments.number("parallelism", 1));
    if (arguments.number("max-parallelism", 0) > 0) {
      environment.setMaxParallelism((int) arguments.number("max-parallelism", 128));
    }
    if (arguments.number("interval", 0) > 0) environment.enableCheckpointing(arguments.number("interval", 0));

    DataStream<Long> source = numbers(environment, count > 0 ? count - 1 : Long.MAX_VALUE - 1);
    source = named(source, "source", arguments).setParallelism(1);
    DataStream<Long> pace = source.map(new Pace(arguments)).returns(Types.LONG).setParallelism(1);
    pace = named(pace, "pace", arguments);
    DataStream<Long> counted = pace
        .keyBy((KeySelector<Long, Long>) value -> value % keys, Types.LONG)
        .process(new Count(keys, !batch));
    counted = named(counted, "count", arguments);
    named(counted.map(new Tally(arguments)).returns(Types.LONG), "tally", arguments);
    environment.execute(arguments.text("name", "counter"));
  }
}
