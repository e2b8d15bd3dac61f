import com.amazon.randomcutforest.RandomCutForest;
import com.amazon.randomcutforest.config.Precision;
import com.amazon.randomcutforest.config.TransformMethod;
import com.amazon.randomcutforest.parkservices.ThresholdedRandomCutForest;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs a forest over series: {@code ForestPeer forest|plugin|thresholded IN OUT FEATURES SHINGLE TREES SAMPLE SEED CACHE WARM}.
 *
 * <p>IN, little-endian: for each series the number of its steps as int32, then its values as float64, FEATURES a step. OUT:
 * a float64 a step, the score (of a forest) or the grade. Prints the CPU time of the process in seconds, all threads, that
 * the steps after the first WARM of all took, and how many they were.
 */
public final class ForestPeer {
    private interface Steps {
        double next(double[] values, long number);
    }

    public static void main(String[] args) throws Exception {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(Path.of(args[1]))).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer out = ByteBuffer.allocate(in.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        int features = Integer.parseInt(args[3]);
        long warm = Long.parseLong(args[9]);
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long began = system.getProcessCpuTime();
        long seen = 0;
        double[] values = new double[features];
        while (in.hasRemaining()) {
            int length = in.getInt();
            Steps steps = args[0].equals("forest") ? forest(args, features) : thresholded(args, features);
            for (int step = 0; step < length; step++) {
                if (seen++ == warm) began = system.getProcessCpuTime();
                for (int i = 0; i < features; i++) values[i] = in.getDouble();
                out.putDouble(steps.next(values, step));
            }
        }
        System.out.println((system.getProcessCpuTime() - began) / 1e9 + " " + (seen - warm));
        Files.write(Path.of(args[2]), java.util.Arrays.copyOf(out.array(), out.position()));
    }

    private static Steps forest(String[] args, int features) {
        int shingle = Integer.parseInt(args[4]);
        int dimensions = features * shingle;
        RandomCutForest forest =
                RandomCutForest.builder()
                        .dimensions(dimensions)
                        .numberOfTrees(Integer.parseInt(args[5]))
                        .sampleSize(Integer.parseInt(args[6]))
                        .randomSeed(Long.parseLong(args[7]))
                        .boundingBoxCacheFraction(Double.parseDouble(args[8]))
                        .outputAfter(1)
                        .initialAcceptFraction(1)
                        .precision(Precision.FLOAT_32)
                        .compact(true)
                        .parallelExecutionEnabled(false)
                        .build();
        float[] point = new float[dimensions];
        return (values, number) -> {
            System.arraycopy(point, features, point, 0, dimensions - features);
            for (int i = 0; i < features; i++) point[dimensions - features + i] = (float) values[i];
            if (number < shingle - 1) return 0;
            double score = forest.getAnomalyScore(point);
            forest.update(point);
            return score;
        };
    }

    /** As OpenSearch's plugin for anomaly detection sets it; only named otherwise where boxes are cached. */
    private static Steps thresholded(String[] args, int features) {
        int shingle = Integer.parseInt(args[4]);
        ThresholdedRandomCutForest forest =
                ThresholdedRandomCutForest.builder()
                        .dimensions(features * shingle)
                        .shingleSize(shingle)
                        .numberOfTrees(Integer.parseInt(args[5]))
                        .sampleSize(Integer.parseInt(args[6]))
                        .randomSeed(Long.parseLong(args[7]))
                        .boundingBoxCacheFraction(Double.parseDouble(args[8]))
                        .timeDecay(0.0001)
                        .outputAfter(32)
                        .initialAcceptFraction(0.125)
                        .anomalyRate(0.005)
                        .transformMethod(TransformMethod.NORMALIZE)
                        .alertOnce(true)
                        .autoAdjust(true)
                        .internalShinglingEnabled(true)
                        .precision(Precision.FLOAT_32)
                        .compact(true)
                        .parallelExecutionEnabled(false)
                        .build();
        return (values, number) -> forest.process(values, number * 60).getAnomalyGrade();
    }
}
