package mandate.clients;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;

/**
 * The Java client suite: unmodified MSAL for Java against a running {@code mandate dev}.
 *
 * <p>Prints {@code ok <name>} or {@code FAILED <name>: <reason>} for each test (traces go to stderr) and as its last
 * line {@code N passed, N failed}; ends with 1 when a test failed. With words, only the tests whose name has one of
 * them are run.
 *
 * <p>Who signs in here, so that suites that share a server keep out of each other's way. A consent that an earlier run
 * or suite gave must not matter: where the page is the point, the test asks for {@code prompt=consent}.
 *
 * <pre>
 * person   application          what happens between them                             afterwards
 * lukas    Intranet             signs in, and is asked for what is missing            much, never Orders.Write
 * lukas    Orders API           never consents to it: on-behalf-of is refused         nothing
 * pieter   Intranet             calls the Orders API through it                       User.Read, Orders.Read
 * pieter   Planner, Orders API  consents to both on one page                          of each: User.Read
 * pieter   Mobile               browser, password, device code                        User.Read
 * pieter   Signed Job           signs in to the app with a certificate                User.Read
 * daan     Mobile               declines: in the browser and on the device            nothing
 * </pre>
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0) {
            System.err.println("usage: java -cp … mandate.clients.Main <path of dev.env> [intercept | word …]");
            System.exit(2);
        }
        System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        World world = new World(environment(Path.of(arguments[0]).toAbsolutePath()));
        Suite suite = new Suite();
        if (List.of(arguments).subList(1, arguments.length).equals(List.of("intercept"))) {
            // What a system administrator does, not the application: the CA is trusted, the names are known.
            SSLContext.setDefault(world.tls);
            HttpsURLConnection.setDefaultSSLSocketFactory(world.tls.getSocketFactory());
            Intercept.enter(suite);
            System.exit(suite.run(world, List.of()) == 0 ? 0 : 1);
        }
        DaemonTests.enter(suite);
        AssertionTests.enter(suite);
        CodeFlowTests.enter(suite);
        OnBehalfOfTests.enter(suite);
        NativeTests.enter(suite);
        DeviceTests.enter(suite);
        TokenTests.enter(suite);
        int failed = suite.run(world, List.of(arguments).subList(1, arguments.length));
        // Threads of MSAL and of the HTTP client may still be about.
        System.exit(failed == 0 ? 0 : 1);
    }

    /** {@code dev.env}: NAME=value, one a line; what a suite is told beyond it comes in the process's environment. */
    private static Map<String, String> environment(Path file) throws IOException {
        Map<String, String> values = new LinkedHashMap<>(System.getenv());
        for (String line : Files.readAllLines(file)) {
            int equals = line.indexOf('=');
            if (equals > 0 && !line.startsWith("#")) {
                values.put(line.substring(0, equals).strip(), unquoted(line.substring(equals + 1).strip()));
            }
        }
        // A relative path is relative to the folder that holds the data folder, where dev.env lies.
        Path home = file.resolve("../..").normalize();
        values.computeIfPresent("MANDATE_CA", (name, path) -> home.resolve(path).normalize().toString());
        return values;
    }

    private static String unquoted(String value) {
        return value.matches("\".*\"|'.*'") ? value.substring(1, value.length() - 1) : value;
    }
}
