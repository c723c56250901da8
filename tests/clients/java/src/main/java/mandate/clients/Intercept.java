package mandate.clients;

import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Set;

/**
 * MSAL for Java told nothing of us, where the public cloud's names lead to {@code mandate dev --intercept}: no authority
 * of ours, instance discovery as it comes, no address of Graph.
 */
final class Intercept {
    private static final String GRAPH = "https://graph.microsoft.com";

    private Intercept() {}

    static void enter(Suite suite) {
        suite.test("MSAL Java: a daemon", world -> daemon(world, "login.microsoftonline.com"));
        suite.test("MSAL Java: a daemon under an older name", world -> daemon(world, "login.windows.net"));
    }

    private static void daemon(World world, String host) throws Exception {
        var app = ConfidentialClientApplication.builder(
                        Sample.EXPORT.clientId(), ClientCredentialFactory.createFromSecret(Sample.EXPORT.secret()))
                .authority("https://" + host + "/" + world.tenant + "/")
                .build();
        var asked = ClientCredentialParameters.builder(Set.of(GRAPH + "/.default")).build();
        String token = app.acquireToken(asked).get().accessToken();
        HttpRequest users = HttpRequest.newBuilder(URI.create(GRAPH + "/v1.0/users"))
                .header("Authorization", "Bearer " + token)
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(users, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200 || !answer.body().contains(GRAPH + "/v1.0/$metadata")) {
            throw new AssertionError("Graph answers " + answer.statusCode() + ": " + answer.body());
        }
    }
}
