package mandate.clients;

import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.MsalException;
import com.microsoft.aad.msal4j.MsalServiceException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The few ways in which a test says what went wrong, and waits for what MSAL promises. */
final class Checks {
    private static final int SECONDS = 60;

    private Checks() {}

    static void check(boolean truth, String message) {
        if (!truth) {
            throw new Failed(message);
        }
    }

    static void equal(Object actual, Object expected, String what) {
        if (!Objects.equals(actual, expected)) {
            throw new Failed(what + ": expected `" + expected + "`, found `" + actual + "`");
        }
    }

    /** {@code actual} holds at least what {@code expected} says. */
    static void holds(Map<String, ?> actual, Map<String, ?> expected, String what) {
        Map<String, Object> wrong = new TreeMap<>();
        expected.forEach((name, value) -> {
            if (!Objects.equals(actual.get(name), value)) {
                wrong.put(name, actual.containsKey(name) ? actual.get(name) : "(absent)");
            }
        });
        if (!wrong.isEmpty()) {
            Map<String, Object> wanted = new TreeMap<>(expected);
            wanted.keySet().retainAll(wrong.keySet());
            String all = " among " + new TreeSet<>(actual.keySet());
            throw new Failed(what + ": expected " + wanted + ", found " + wrong + all);
        }
    }

    static void lacks(Map<String, ?> actual, String what, String... names) {
        for (String name : names) {
            check(!actual.containsKey(name), what + ": must not hold `" + name + "`, but it is " + actual.get(name));
        }
    }

    /** One of the words of a text such as {@code scp}. */
    static void hasWord(Object text, String word, String what) {
        boolean found = text instanceof String words && Arrays.asList(words.split(" ")).contains(word);
        check(found, what + " lacks `" + word + "`: `" + text + "`");
    }

    /** What a promise of MSAL comes to; its own exception when it fails. */
    static <T> T result(CompletableFuture<T> promise) throws Exception {
        try {
            return promise.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            promise.cancel(true);
            throw new Failed("no answer within " + SECONDS + " s", late);
        } catch (ExecutionException problem) {
            throw problem.getCause() instanceof Exception cause ? cause : problem;
        }
    }

    /** The refusal that a request must meet: MSAL's class for it, the OAuth error, and the AADSTS number. */
    static <E extends MsalServiceException> E refused(
            Class<E> kind, String error, int code, CompletableFuture<IAuthenticationResult> promise) throws Exception {
        String wanted = kind.getSimpleName() + " " + error + " AADSTS" + code;
        try {
            result(promise);
        } catch (MsalException problem) {
            boolean numbered = String.valueOf(problem.getMessage()).startsWith("AADSTS" + code + ":");
            if (problem.getClass() == kind && error.equals(problem.errorCode()) && numbered) {
                return kind.cast(problem);
            }
            String found = problem.getClass().getSimpleName() + " " + problem.errorCode() + ": " + problem.getMessage();
            throw new Failed("expected " + wanted + ", found " + found, problem);
        }
        throw new Failed("expected " + wanted + ", but tokens were given");
    }
}
