package mandate.clients;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The list of tests: a test is a sentence and a body, and fails by throwing. */
final class Suite {
    interface Body {
        void run(World world) throws Exception;
    }

    private static final int SECONDS = 90;
    private static final int LONGEST_REASON = 1200;

    private final Map<String, Body> tests = new LinkedHashMap<>();

    void test(String name, Body body) {
        if (tests.put(name, body) != null) {
            throw new IllegalArgumentException("two tests are called `" + name + "`");
        }
    }

    /** Runs one test after the other and answers how many failed. */
    int run(World world, List<String> words) {
        int passed = 0;
        int failed = 0;
        for (Map.Entry<String, Body> test : tests.entrySet()) {
            String name = test.getKey();
            if (!words.isEmpty() && words.stream().noneMatch(word -> lower(name).contains(lower(word)))) {
                continue;
            }
            try {
                withinLimit(test.getValue(), world);
                passed++;
                System.out.println("ok " + name);
            } catch (Throwable problem) {
                failed++;
                System.out.println("FAILED " + name + ": " + reason(problem));
                System.err.println("--- " + name);
                problem.printStackTrace();
            }
        }
        System.out.println(passed + " passed, " + failed + " failed");
        return failed;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** On a thread of its own, which may stay behind: a client that waits for good must not hold up the others. */
    private static void withinLimit(Body body, World world) throws Throwable {
        FutureTask<Void> task = new FutureTask<>(() -> {
            body.run(world);
            return null;
        });
        Thread thread = new Thread(task, "test");
        thread.setDaemon(true);
        thread.start();
        try {
            task.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            thread.interrupt();
            throw new Failed("no end within " + SECONDS + " s", late);
        } catch (ExecutionException problem) {
            throw problem.getCause();
        }
    }

    private static String reason(Throwable problem) {
        String text = String.valueOf(problem.getMessage());
        if (!(problem instanceof Failed)) {
            text = problem.getClass().getSimpleName() + ": " + text;
        }
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + " …";
    }
}
