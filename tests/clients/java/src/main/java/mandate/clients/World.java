package mandate.clients;

import com.microsoft.aad.msal4j.AbstractClientApplicationBase;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IAccount;
import com.microsoft.aad.msal4j.IClientCredential;
import com.microsoft.aad.msal4j.PublicClientApplication;
import com.microsoft.aad.msal4j.SilentParameters;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import mandate.clients.Sample.Application;

/**
 * The running server as the tests see it: MSAL clients, browsers, Graph, keys.
 *
 * <p>MSAL is used as it is installed; the only settings are the ones an application has: authority, instance discovery
 * off, the CA. Every test makes its own clients, so that none finds another's tokens.
 */
final class World {
    private static final int MILLISECONDS = 30_000;
    static final Duration PATIENCE = Duration.ofMillis(MILLISECONDS);

    final String base;
    final String tenant;
    final String authority;
    final String password;
    final Application intranet;
    final Application mobile;
    final Application signed;
    final SSLContext tls;
    final Tokens tokens;
    private final String signedPem;
    private final HttpClient http;

    World(Map<String, String> environment) throws Exception {
        base = needed(environment, "MANDATE_BASE").replaceAll("/$", "");
        tenant = needed(environment, "MANDATE_TENANT");
        authority = base + "/" + tenant;
        password = needed(environment, "MANDATE_USER_PASSWORD");
        String client = needed(environment, "MANDATE_CLIENT_ID");
        String secret = needed(environment, "MANDATE_CLIENT_SECRET");
        intranet = new Application(client, secret, Sample.INTRANET_REDIRECT, null);
        mobile = new Application(needed(environment, "MANDATE_PUBLIC_CLIENT_ID"), null, "http://localhost", null);
        signed = new Application(environment.get("MANDATE_SIGNED_CLIENT_ID"), null, Sample.SIGNED_REDIRECT, null);
        signedPem = environment.get("MANDATE_SIGNED_PEM");
        tls = Pem.trusting(Path.of(needed(environment, "MANDATE_CA")));
        tokens = new Tokens(this);
        http = HttpClient.newBuilder().sslContext(tls).connectTimeout(PATIENCE).build();
    }

    private static String needed(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("dev.env lacks " + name);
        }
        return value;
    }

    // ---- clients

    ConfidentialClientApplication confidential(Application card) throws MalformedURLException {
        return confidential(card.clientId(), ClientCredentialFactory.createFromSecret(card.secret()));
    }

    ConfidentialClientApplication confidential(String clientId, IClientCredential credential)
            throws MalformedURLException {
        return set(ConfidentialClientApplication.builder(clientId, credential).authority(authority)).build();
    }

    PublicClientApplication ofMobile() throws MalformedURLException {
        return set(PublicClientApplication.builder(mobile.clientId()).authority(authority)).build();
    }

    /** What every client is told, whatever its authority. */
    <B extends AbstractClientApplicationBase.Builder<B>> B set(B builder) {
        return builder
                .instanceDiscovery(false)
                .sslSocketFactory(tls.getSocketFactory())
                .connectTimeoutForDefaultHttpClient(MILLISECONDS)
                .readTimeoutForDefaultHttpClient(MILLISECONDS);
    }

    /**
     * A silent request. It names the authority, because MSAL keeps accounts by host name without the port, and would
     * otherwise refresh at port 443 of it.
     */
    SilentParameters silently(IAccount account, String scope, boolean forced) {
        return SilentParameters.builder(Set.of(scope), account).authorityUrl(authority).forceRefresh(forced).build();
    }

    /** Key and certificate of the app that has no secret. */
    Pem signedKey() throws Exception {
        if (signed.clientId() == null || signedPem == null) {
            throw new Failed("MANDATE_SIGNED_CLIENT_ID and MANDATE_SIGNED_PEM are not in the environment");
        }
        return Pem.read(Path.of(signedPem));
    }

    Browser browser() {
        return new Browser(this);
    }

    // ---- the wire

    HttpResponse<String> get(String url, String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A document that must be there. */
    Map<String, Object> json(String url, String token) throws Exception {
        HttpResponse<String> response = get(url, token);
        if (response.statusCode() != 200) {
            String body = response.body();
            String told = body.substring(0, Math.min(body.length(), 400));
            throw new Failed("GET " + url + ": expected 200, found " + response.statusCode() + ": " + told);
        }
        return JSONObjectUtils.parse(response.body());
    }

    Map<String, Object> graph(String path, String token) throws Exception {
        return json(base + "/v1.0" + path, token);
    }

    /** Graph answers to the token as this person. */
    void isAtGraph(Sample.Person person, String token) throws Exception {
        Map<String, String> expected =
                Map.of("id", person.id(), "userPrincipalName", person.upn(), "displayName", person.name());
        Checks.holds(graph("/me", token), expected, "/v1.0/me");
    }
}
