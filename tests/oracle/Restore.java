import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.RunnableFuture;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.DefaultOperatorStateBackend;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.runtime.state.OperatorBackendSerializationProxy;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.SavepointSnapshotStrategy;
import org.apache.flink.runtime.state.SnapshotExecutionType;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.SnapshotStrategyRunner;
import org.apache.flink.runtime.state.SnappyStreamCompressionDecorator;
import org.apache.flink.runtime.state.StreamCompressionDecorator;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.UncompressedStreamCompressionDecorator;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackendBuilder;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSetFactory;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.CommonOptionsKeys;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.CommonSerializerKeys;
import org.apache.flink.runtime.state.metrics.LatencyTrackingStateConfig;
import org.apache.flink.runtime.state.metrics.SizeTrackingStateConfig;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;

/**
 * Restores the value states and list states of a snapshot with the state backends of Flink 2.3, and has the same
 * backends write what they restored.
 *
 * <p>Prints a line of JSON for each handle: operator, subtask, the states with their entries (keys and values, or
 * elements, as texts), and the files that were written to OUT, with the offsets that their handles have.
 *
 * <p>Arguments: METADATA OUT
 */
public class Restore {
  static final CloseableRegistry REGISTRY = new CloseableRegistry();
  static final ClassLoader LOADER = Restore.class.getClassLoader();
  static PrintStream out;
  static File directory;
  static int files;

  public static void main(String[] words) throws Exception {
    out = new PrintStream(System.out, false, "UTF-8");
    directory = new File(words[1]);
    byte[] bytes = Files.readAllBytes(new File(words[0]).toPath());
    String parent = new File(words[0]).getAbsoluteFile().getParentFile().toURI().toString();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    CheckpointMetadata metadata = Checkpoints.loadCheckpointMetadata(in, LOADER, parent);
    for (OperatorState operator : metadata.getOperatorStates()) {
      for (Map.Entry<Integer, OperatorSubtaskState> subtask : new TreeMap<>(operator.getSubtaskStates()).entrySet()) {
        String place = "\"operator\":\"" + operator.getOperatorID() + "\",\"subtask\":" + subtask.getKey();
        for (KeyedStateHandle handle : subtask.getValue().getManagedKeyedState()) {
          keyed(place, (KeyGroupsStateHandle) handle, operator.getMaxParallelism());
        }
        for (OperatorStateHandle handle : subtask.getValue().getManagedOperatorState()) {
          operator(place, handle);
        }
      }
    }
    out.flush();
  }

  static <K> HeapKeyedStateBackend<K> backend(
      TypeSerializer<K> key, KeyGroupsStateHandle handle, int keyGroups, StreamCompressionDecorator compression)
      throws Exception {
    return new HeapKeyedStateBackendBuilder<>(
            null, key, LOADER, keyGroups, handle.getKeyGroupRange(), new ExecutionConfig(), TtlTimeProvider.DEFAULT,
            LatencyTrackingStateConfig.disabled(), SizeTrackingStateConfig.disabled(),
            Collections.<KeyedStateHandle>singletonList(handle), compression,
            LocalRecoveryConfig.BACKUP_AND_RECOVERY_DISABLED,
            new HeapPriorityQueueSetFactory(handle.getKeyGroupRange(), keyGroups, 128), false, REGISTRY)
        .build();
  }

  static <K> void keyed(String place, KeyGroupsStateHandle handle, int keyGroups) throws Exception {
    KeyedBackendSerializationProxy<K> header = new KeyedBackendSerializationProxy<>(LOADER);
    try (InputStream in = handle.openInputStream()) {
      header.read(new DataInputViewStreamWrapper(in));
    }
    TypeSerializer<K> key = header.getKeySerializerSnapshot().restoreSerializer();
    List<String> states = new ArrayList<>();
    List<String> written = new ArrayList<>();
    for (StreamCompressionDecorator compression :
        new StreamCompressionDecorator[] {
          UncompressedStreamCompressionDecorator.INSTANCE, SnappyStreamCompressionDecorator.INSTANCE
        }) {
      HeapKeyedStateBackend<K> backend = backend(key, handle, keyGroups, compression);
      states.clear();
      for (StateMetaInfoSnapshot state : header.getStateMetaInfoSnapshots()) {
        states.add(quote(state.getName()) + ":[" + String.join(",", entries(backend, state)) + "]");
      }
      MemCheckpointStreamFactory streams = new MemCheckpointStreamFactory(Integer.MAX_VALUE);
      CheckpointOptions options = CheckpointOptions.forCheckpointWithDefaultLocation();
      written.add(written(result(backend.snapshot(1, 0, streams, options))));
      SnapshotStrategyRunner<KeyedStateHandle, ?> canonical =
          new SnapshotStrategyRunner<>(
              "canonical", new SavepointSnapshotStrategy<>(backend.savepoint().getSnapshotResources()), REGISTRY,
              SnapshotExecutionType.SYNCHRONOUS);
      written.add(written(result(canonical.snapshot(1, 0, streams, options))));
      backend.dispose();
    }
    line(place, "keyed", states, written);
  }

  /** Setting a key fails where it is not in the backend's range by Flink's own reckoning. */
  static <K> List<String> entries(HeapKeyedStateBackend<K> backend, StateMetaInfoSnapshot state) throws Exception {
    TypeSerializer<?> serializer =
        state.getTypeSerializerSnapshot(CommonSerializerKeys.VALUE_SERIALIZER).restoreSerializer();
    ValueState<?> value =
        backend.getPartitionedState(
            VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE,
            new ValueStateDescriptor<>(state.getName(), serializer));
    List<K> keys = new ArrayList<>();
    backend.getKeys(state.getName(), VoidNamespace.INSTANCE).forEach(keys::add);
    List<String> entries = new ArrayList<>();
    for (K key : keys) {
      backend.setCurrentKey(key);
      entries.add("[" + quote(key.toString()) + "," + quote(value.value().toString()) + "]");
    }
    return entries;
  }

  static void operator(String place, OperatorStateHandle handle) throws Exception {
    OperatorBackendSerializationProxy header = new OperatorBackendSerializationProxy(LOADER);
    try (InputStream in = handle.openInputStream()) {
      header.read(new DataInputViewStreamWrapper(in));
    }
    List<String> states = new ArrayList<>();
    List<String> written = new ArrayList<>();
    for (boolean compress : new boolean[] {false, true}) {
      ExecutionConfig config = new ExecutionConfig();
      config.setUseSnapshotCompression(compress);
      DefaultOperatorStateBackend backend =
          new DefaultOperatorStateBackendBuilder(LOADER, config, false, Collections.singletonList(handle), REGISTRY)
              .build();
      states.clear();
      for (StateMetaInfoSnapshot state : header.getOperatorStateMetaInfoSnapshots()) {
        states.add(quote(state.getName()) + ":[" + String.join(",", elements(backend, state)) + "]");
      }
      MemCheckpointStreamFactory streams = new MemCheckpointStreamFactory(Integer.MAX_VALUE);
      CheckpointOptions options = CheckpointOptions.forCheckpointWithDefaultLocation();
      written.add(written(result(backend.snapshot(1, 0, streams, options))));
    }
    line(place, "lists", states, written);
  }

  static List<String> elements(DefaultOperatorStateBackend backend, StateMetaInfoSnapshot state) throws Exception {
    ListStateDescriptor<?> descriptor =
        new ListStateDescriptor<>(
            state.getName(),
            state.getTypeSerializerSnapshot(CommonSerializerKeys.VALUE_SERIALIZER).restoreSerializer());
    boolean union = state.getOption(CommonOptionsKeys.OPERATOR_STATE_DISTRIBUTION_MODE).equals("UNION");
    List<String> elements = new ArrayList<>();
    for (Object element :
        (union ? backend.getUnionListState(descriptor) : backend.getListState(descriptor)).get()) {
      elements.add(quote(element.toString()));
    }
    return elements;
  }

  static <T extends org.apache.flink.runtime.state.StateObject> T result(RunnableFuture<SnapshotResult<T>> snapshot)
      throws Exception {
    snapshot.run();
    return snapshot.get().getJobManagerOwnedSnapshot();
  }

  static String written(KeyedStateHandle handle) throws Exception {
    KeyGroupsStateHandle groups = (KeyGroupsStateHandle) handle;
    List<String> offsets = new ArrayList<>();
    groups.getGroupRangeOffsets().iterator().forEachRemaining(group -> offsets.add(String.valueOf(group.f1)));
    return "{\"file\":" + file(groups.getDelegateStateHandle())
        + ",\"start\":" + groups.getKeyGroupRange().getStartKeyGroup() + ",\"offsets\":" + offsets + "}";
  }

  static String written(OperatorStateHandle handle) throws Exception {
    List<String> states = new ArrayList<>();
    handle.getStateNameToPartitionOffsets().forEach((name, info) -> {
      List<String> offsets = new ArrayList<>();
      for (long offset : info.getOffsets()) offsets.add(String.valueOf(offset));
      states.add(quote(name) + ":" + offsets);
    });
    return "{\"file\":" + file(handle.getDelegateStateHandle()) + ",\"states\":{" + String.join(",", states) + "}}";
  }

  static String file(StreamStateHandle handle) throws Exception {
    File file = new File(directory, "written-" + files++);
    Files.write(file.toPath(), ((ByteStreamStateHandle) handle).getData());
    return quote(file.getPath());
  }

  static void line(String place, String kind, List<String> states, List<String> written) {
    out.println(
        "{" + place + ",\"" + kind + "\":{" + String.join(",", states) + "},\"written\":["
            + String.join(",", written) + "]}");
  }

  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') quoted.append('\\').append(c);
      else if (c < ' ') quoted.append(String.format("\\u%04x", (int) c));
      else quoted.append(c);
    }
    return quoted.append('"').toString();
  }
}
