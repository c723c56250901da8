package mandate.clients;

import static mandate.clients.Checks.check;
import static mandate.clients.Checks.equal;
import static mandate.clients.Checks.hasWord;
import static mandate.clients.Checks.holds;
import static mandate.clients.Checks.refused;
import static mandate.clients.Checks.result;
import static mandate.clients.Sample.GRAPH;
import static mandate.clients.Sample.LUKAS;
import static mandate.clients.Sample.ORDERS;
import static mandate.clients.Sample.ORDERS_API;
import static mandate.clients.Sample.PIETER;
import static mandate.clients.Sample.PLANNER;

import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.InteractionRequiredExceptionReason;
import com.microsoft.aad.msal4j.MsalInteractionRequiredException;
import com.microsoft.aad.msal4j.OnBehalfOfParameters;
import com.microsoft.aad.msal4j.UserAssertion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The Orders API, called by the Intranet for a person, calls Graph for the same person. */
final class OnBehalfOfTests {
    private static final String ORDERS_READ = ORDERS + "/Orders.Read";

    private OnBehalfOfTests() {}

    static void enter(Suite suite) {
        suite.test("S2-02 msal4j: on behalf of somebody without consent is AADSTS65001", OnBehalfOfTests::noConsent);
        suite.test("S2-02 msal4j: one consent to client and API lets it reach Graph", OnBehalfOfTests::reaches);
        suite.test("msal4j: a token for Graph is not the API's to hand in, AADSTS500131", OnBehalfOfTests::notItsOwn);
    }

    /** What the Intranet calls the API with. */
    private static String caller(World world, Sample.Person person) throws Exception {
        String token = CodeFlow.ofIntranet(world, ORDERS_READ).signIn(world.browser(), Will.of(person)).accessToken();
        Map<String, Object> claims = world.tokens.verified(token, ORDERS_API.clientId());
        holds(claims, Map.of("oid", person.id(), "azp", world.intranet.clientId()), "the token for the API");
        hasWord(claims.get("scp"), "Orders.Read", "scp");
        return token;
    }

    /** MSAL asks for the sign-in scopes besides, which nobody consents to for an API: they must not stop it. */
    private static CompletableFuture<IAuthenticationResult> onBehalf(World world, String token) throws Exception {
        ConfidentialClientApplication api = world.confidential(ORDERS_API);
        return api.acquireToken(
                OnBehalfOfParameters.builder(Set.of(GRAPH + "/User.Read"), new UserAssertion(token)).build());
    }

    private static void noConsent(World world) throws Exception {
        String token = caller(world, LUKAS);
        MsalInteractionRequiredException problem = refused(
                MsalInteractionRequiredException.class, "invalid_grant", 65001, onBehalf(world, token));
        equal(problem.reason(), InteractionRequiredExceptionReason.CONSENT_REQUIRED, "MSAL's reason");
    }

    private static void reaches(World world) throws Exception {
        consentToBoth(world);
        IAuthenticationResult result = result(onBehalf(world, caller(world, PIETER)));
        Map<String, Object> claims = Tokens.peek(result.accessToken());
        Map<String, Object> expected = Map.of(
                "aud", GRAPH, "appid", ORDERS_API.clientId(), "appidacr", "1", "oid", PIETER.id(), "tid", world.tenant);
        holds(claims, expected, "the token for Graph");
        hasWord(claims.get("scp"), "User.Read", "scp");
        world.isAtGraph(PIETER, result.accessToken());
        equal(result.account().username(), PIETER.upn(), "the account that the API keeps");
        holds(world.tokens.verified(result.idToken(), ORDERS_API.clientId()), Map.of("oid", PIETER.id()), "ID token");
    }

    /** The Planner is known to the API, so that one page serves both. Its code is for its own page to redeem. */
    private static void consentToBoth(World world) throws Exception {
        Map<String, String> asked = new LinkedHashMap<>();
        asked.put("client_id", PLANNER.clientId());
        asked.put("response_type", "code");
        asked.put("response_mode", "fragment");
        asked.put("redirect_uri", PLANNER.redirect());
        asked.put("scope", "openid " + ORDERS + "/.default");
        asked.put("prompt", "consent");
        asked.put("code_challenge", CodeFlow.challenge(CodeFlow.verifier()));
        asked.put("code_challenge_method", "S256");
        String url = world.authority + "/oauth2/v2.0/authorize?" + Browser.encoded(asked);
        Visit visit = world.browser().walk(url, Will.of(PIETER));
        equal(visit.shown(), List.of("signin", "consent"), "pages shown");
        List<String> behind = visit.page("consent").permissions(".behind ul.permissions");
        check(behind.contains("User.Read"), "what the page asks for the API: " + behind);
        visit.answer().code("fragment");
    }

    private static void notItsOwn(World world) throws Exception {
        String token =
                CodeFlow.ofIntranet(world, "User.Read").signIn(world.browser(), Will.of(PIETER)).accessToken();
        refused(MsalInteractionRequiredException.class, "invalid_grant", 500131, onBehalf(world, token));
    }
}
