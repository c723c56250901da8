package mandate.clients;

import static mandate.clients.Checks.check;
import static mandate.clients.Checks.equal;
import static mandate.clients.Checks.holds;
import static mandate.clients.Checks.lacks;
import static mandate.clients.Checks.refused;
import static mandate.clients.Checks.result;
import static mandate.clients.Sample.EXPORT;
import static mandate.clients.Sample.GRAPH;
import static mandate.clients.Sample.ORDERS;
import static mandate.clients.Sample.ORDERS_API;

import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.IClientSecret;
import com.microsoft.aad.msal4j.MsalServiceException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Client credentials with a secret: an application signs in as itself. */
final class DaemonTests {
    static final String ALL_OF_GRAPH = GRAPH + "/.default";

    private DaemonTests() {}

    static void enter(Suite suite) {
        suite.test("msal4j: a daemon gets its roles and reads the users of Graph", DaemonTests::readsUsers);
        suite.test("msal4j: a daemon's token for our own API verifies through our JWKS", DaemonTests::ownApi);
        suite.test("msal4j: the tenant's domain name will do as authority", DaemonTests::byDomain);
        suite.test("msal4j: the issuer will do as OpenID authority", DaemonTests::byIssuer);
        suite.test("msal4j: a wrong secret is invalid_client AADSTS7000215", DaemonTests::wrongSecret);
        suite.test("msal4j: an unknown application is unauthorized_client AADSTS700016", world -> {
            ConfidentialClientApplication app = world.confidential(Sample.NO_APPLICATION, secret("any"));
            refused(MsalServiceException.class, "unauthorized_client", 700016, alone(app, ALL_OF_GRAPH));
        });
        suite.test("msal4j: a daemon that names a scope is refused with invalid_scope AADSTS1002012", world ->
                refused(MsalServiceException.class, "invalid_scope", 1002012,
                        alone(world.confidential(EXPORT), GRAPH + "/User.Read.All")));
        suite.test("msal4j: an unknown resource is invalid_resource AADSTS500011", world ->
                refused(MsalServiceException.class, "invalid_resource", 500011,
                        alone(world.confidential(EXPORT), "api://nowhere.example/.default")));
    }

    static IClientSecret secret(String text) {
        return ClientCredentialFactory.createFromSecret(text);
    }

    static CompletableFuture<IAuthenticationResult> alone(ConfidentialClientApplication app, String scope) {
        return app.acquireToken(ClientCredentialParameters.builder(Set.of(scope)).build());
    }

    /** A token for Graph of an app that proved itself so: {@code proof} is its {@code appidacr}. */
    static void listsUsers(World world, String token, String client, String proof) throws Exception {
        Map<String, Object> claims = Tokens.peek(token);
        Map<String, Object> expected = Map.of(
                "aud", GRAPH, "appid", client, "appidacr", proof, "idtyp", "app", "tid", world.tenant,
                "roles", List.of("User.Read.All"));
        holds(claims, expected, "the token for Graph");
        lacks(claims, "a token without a person", "scp", "upn", "preferred_username");
        List<?> listed = (List<?>) world.graph("/users?$select=id,displayName", token).get("value");
        equal(listed.size(), Sample.PEOPLE_IN_TENANT, "how many people Graph lists");
    }

    private static void readsUsers(World world) throws Exception {
        IAuthenticationResult result = result(alone(world.confidential(EXPORT), ALL_OF_GRAPH));
        listsUsers(world, result.accessToken(), EXPORT.clientId(), "1");
        equal(result.idToken(), null, "an ID token for an app");
        equal(result.account(), null, "an account for an app");
        equal(Tokens.peek(result.accessToken()).get("oid"), EXPORT.principal(), "oid");
        long minutes = Duration.between(Instant.now(), result.expiresOnDate().toInstant()).toMinutes();
        check(minutes >= 55 && minutes <= 91, "the token lives " + minutes + " minutes");
    }

    private static void ownApi(World world) throws Exception {
        for (String resource : List.of(ORDERS, ORDERS_API.clientId())) {
            IAuthenticationResult result = result(alone(world.confidential(EXPORT), resource + "/.default"));
            Map<String, Object> claims = world.tokens.verified(result.accessToken(), ORDERS_API.clientId());
            Map<String, Object> expected = Map.of(
                    "azp", EXPORT.clientId(), "azpacr", "1", "oid", EXPORT.principal(), "sub", EXPORT.principal(),
                    "roles", List.of("Orders.Read.All"), "idtyp", "app");
            holds(claims, expected, "the token for " + resource);
            lacks(claims, "the token for " + resource, "scp");
        }
    }

    private static void byDomain(World world) throws Exception {
        String authority = world.base + "/" + Sample.DOMAIN;
        ConfidentialClientApplication app = world.set(
                ConfidentialClientApplication.builder(EXPORT.clientId(), secret(EXPORT.secret())).authority(authority))
                .build();
        IAuthenticationResult result = result(alone(app, ALL_OF_GRAPH));
        listsUsers(world, result.accessToken(), EXPORT.clientId(), "1");
    }

    /** MSAL then reads our discovery document, and holds its issuer against the address. */
    private static void byIssuer(World world) throws Exception {
        ConfidentialClientApplication app = world.set(
                ConfidentialClientApplication.builder(EXPORT.clientId(), secret(EXPORT.secret()))
                        .oidcAuthority(world.authority + "/v2.0"))
                .build();
        IAuthenticationResult result = result(alone(app, ALL_OF_GRAPH));
        listsUsers(world, result.accessToken(), EXPORT.clientId(), "1");
    }

    private static void wrongSecret(World world) throws Exception {
        ConfidentialClientApplication app = world.confidential(EXPORT.clientId(), secret("not the secret"));
        MsalServiceException problem =
                refused(MsalServiceException.class, "invalid_client", 7000215, alone(app, ALL_OF_GRAPH));
        equal(problem.statusCode(), 401, "status");
        check(problem.correlationId() != null, "the refusal has no correlation_id");
    }
}
