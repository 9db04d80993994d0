import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.checkpoint.MasterTriggerRestoreHook;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.checkpoint.WithMasterCheckpointHook;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;

/**
 * A job whose snapshots hold every kind of state that metadata can tell of: keyed (value, list, map, timers), split
 * and union lists, broadcast state, coordinator state (the sources, from Flink 1.12 on), a master hook's state, and,
 * as asked, channel state and finished operators and subtasks.
 *
 * <pre>
 *   numbers - pace ==keyBy==> keyed - buffer ==keyBy==> rules
 *   few - few-pace ============broadcast================^
 * </pre>
 *
 * It keeps to the part of the DataStream API that is the same from Flink 1.10 to 2.3. All operators but few-pace have
 * a uid, the same as their name.
 *
 * <p>Arguments, as "--name value"; a name with a dot is a Flink setting:
 *
 * <ul>
 *   <li>parallelism (2) of keyed, buffer and rules; max-parallelism (8); keys (10)
 *   <li>copies (1): records that pace makes of each number
 *   <li>delay (20): ms before each number that passes pace; slow (0): ms that keyed takes for each, for backpressure
 *   <li>few endless: a record in 100 ms, for ever (the default); few finished: three records, then the source ends;
 *       few half: two subtasks, of which the first one ends
 *   <li>kinds all (the default); kinds value: of the keyed states only one value
 *   <li>hook true: buffer brings a master hook, with a state of 5 bytes
 * </ul>
 */
public class States {
  /** A state name that takes two, three and, in modified UTF-8, six bytes for a character. */
  static final String SEEN = "seen-\u00e9\u952e\ud83d\ude00";

  static final MapStateDescriptor<String, Long> RULES = new MapStateDescriptor<>("rules", Types.STRING, Types.LONG);

  /** Waits before each value from the first on, not before smaller ones, and gives as many copies as asked. */
  static class Pace implements FlatMapFunction<Long, Long> {
    final long delay;
    final long first;
    final long copies;

    Pace(long delay, long first, long copies) {
      this.delay = delay;
      this.first = first;
      this.copies = copies;
    }

    @Override
    public void flatMap(Long value, Collector<Long> out) throws Exception {
      if (delay > 0 && value >= first) Thread.sleep(delay);
      for (long i = 0; i < copies; i++) out.collect(value);
    }
  }

  static class Keyed extends KeyedProcessFunction<Long, Long, Long> implements CheckpointedFunction {
    final long slow;
    final boolean all;
    transient ValueState<Long> count;
    transient ListState<String> names;
    transient MapState<String, Long> last;

    Keyed(long slow, boolean all) {
      this.slow = slow;
      this.all = all;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      count = context.getKeyedStateStore().getState(new ValueStateDescriptor<>("count", Types.LONG));
      if (!all) return;
      names = context.getKeyedStateStore().getListState(new ListStateDescriptor<>("names", Types.STRING));
      last = context.getKeyedStateStore().getMapState(new MapStateDescriptor<>("last", Types.STRING, Types.LONG));
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {}

    @Override
    public void processElement(Long value, Context context, Collector<Long> out) throws Exception {
      if (slow > 0) Thread.sleep(slow);
      boolean known = count.value() != null;
      count.update(known ? count.value() + 1 : 1);
      if (all) {
        if (!known) {
          names.add("key " + context.getCurrentKey());
          context.timerService().registerProcessingTimeTimer(Long.MAX_VALUE / 2 + context.getCurrentKey());
        }
        last.put("mod 3 = " + value % 3, value);
      }
      out.collect(value);
    }
  }

  /** Without a state of its own beside it. */
  static class Buffer implements MapFunction<Long, Long>, CheckpointedFunction, Serializable {
    transient ListState<Long> split;
    transient ListState<Long> union;
    transient long seen;

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      split = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("split", Types.LONG));
      union = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>(SEEN, Types.LONG));
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
      split.clear();
      for (long i = 0; i < 3; i++) split.add(seen - i);
      union.clear();
      union.add(seen);
    }

    @Override
    public Long map(Long value) {
      seen++;
      return value;
    }
  }

  static class HookedBuffer extends Buffer implements WithMasterCheckpointHook<byte[]> {
    @Override
    public MasterTriggerRestoreHook<byte[]> createMasterTriggerRestoreHook() {
      return new Hook();
    }
  }

  static class Hook implements MasterTriggerRestoreHook<byte[]>, SimpleVersionedSerializer<byte[]> {
    @Override
    public String getIdentifier() {
      return "states-hook";
    }

    @Override
    public CompletableFuture<byte[]> triggerCheckpoint(long checkpoint, long timestamp, Executor executor) {
      return CompletableFuture.completedFuture(new byte[] {1, 2, 3, 4, 5});
    }

    @Override
    public void restoreCheckpoint(long checkpoint, byte[] state) {}

    @Override
    public SimpleVersionedSerializer<byte[]> createCheckpointDataSerializer() {
      return this;
    }

    @Override
    public int getVersion() {
      return 7;
    }

    @Override
    public byte[] serialize(byte[] state) {
      return state;
    }

    @Override
    public byte[] deserialize(int version, byte[] bytes) {
      return bytes;
    }
  }

  static class Rules extends KeyedBroadcastProcessFunction<Long, Long, Long, Long> {
    @Override
    public void processElement(Long value, ReadOnlyContext context, Collector<Long> out) {}

    @Override
    public void processBroadcastElement(Long value, Context context, Collector<Long> out) throws Exception {
      context.getBroadcastState(RULES).put("rule " + value % 3, value);
    }
  }

  /**
   * The numbers 0 to last, from the source that this Flink has: fromSequence is there from 1.12 on. The older source
   * ends after 1,000: every number that is still to come is an element of its state.
   */
  @SuppressWarnings("unchecked")
  static SingleOutputStreamOperator<Long> numbers(StreamExecutionEnvironment environment, long last) throws Exception {
    Class<?> type = StreamExecutionEnvironment.class;
    try {
      return (SingleOutputStreamOperator<Long>)
          type.getMethod("fromSequence", long.class, long.class).invoke(environment, 0L, last);
    } catch (NoSuchMethodException olderThan112) {
      return (SingleOutputStreamOperator<Long>)
          type.getMethod("generateSequence", long.class, long.class).invoke(environment, 0L, Math.min(last, 1_000L));
    }
  }

  static <T> SingleOutputStreamOperator<T> named(SingleOutputStreamOperator<T> operator, String name) {
    return operator.name(name).uid(name);
  }

  public static void main(String[] words) throws Exception {
    Map<String, String> arguments = new HashMap<>();
    Configuration settings = new Configuration();
    for (int i = 0; i + 1 < words.length; i += 2) {
      String name = words[i].substring(2);
      if (name.contains(".")) settings.setString(name, words[i + 1]);
      else arguments.put(name, words[i + 1]);
    }
    String few = arguments.getOrDefault("few", "endless");
    long keys = Long.parseLong(arguments.getOrDefault("keys", "10"));
    boolean hooked = arguments.containsKey("hook");

    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    environment.configure(settings, States.class.getClassLoader());
    environment.setParallelism(Integer.parseInt(arguments.getOrDefault("parallelism", "2")));
    environment.setMaxParallelism(Integer.parseInt(arguments.getOrDefault("max-parallelism", "8")));

    long delay = Long.parseLong(arguments.getOrDefault("delay", "20"));
    long copies = Long.parseLong(arguments.getOrDefault("copies", "1"));
    DataStream<Long> numbers = named(numbers(environment, Long.MAX_VALUE - 1).setParallelism(1), "numbers");
    DataStream<Long> paced = named(numbers.flatMap(new Pace(delay, 0, copies)).setParallelism(1), "pace");
    DataStream<Long> keyed = named(
        paced.keyBy((KeySelector<Long, Long>) value -> value % keys, Types.LONG)
            .process(new Keyed(
                Long.parseLong(arguments.getOrDefault("slow", "0")),
                arguments.getOrDefault("kinds", "all").equals("all"))),
        "keyed");
    DataStream<Long> buffered = named(keyed.map(hooked ? new HookedBuffer() : new Buffer()), "buffer");

    // Of "half", the first subtask has the first half of the numbers, and does not wait before them.
    long last = few.equals("finished") ? 2 : few.equals("half") ? 19_999 : Long.MAX_VALUE - 1;
    int subtasks = few.equals("half") ? 2 : 1;
    DataStream<Long> rules = named(numbers(environment, last).setParallelism(subtasks), "few")
        .flatMap(new Pace(100, few.equals("half") ? 10_000 : 0, 1)).setParallelism(subtasks).name("few-pace");
    named(
        buffered.keyBy((KeySelector<Long, Long>) value -> value % keys, Types.LONG)
            .connect(rules.broadcast(RULES)).process(new Rules()),
        "rules");
    environment.execute("states");
  }
}
