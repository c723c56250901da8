package mandate.clients;

import static mandate.clients.Checks.check;
import static mandate.clients.Checks.equal;
import static mandate.clients.Checks.hasWord;
import static mandate.clients.Checks.holds;
import static mandate.clients.Checks.refused;
import static mandate.clients.Checks.result;
import static mandate.clients.Sample.LUKAS;
import static mandate.clients.Sample.ORDERS;
import static mandate.clients.Sample.ORDERS_API;

import com.microsoft.aad.msal4j.IAccount;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.InteractionRequiredExceptionReason;
import com.microsoft.aad.msal4j.MsalInteractionRequiredException;
import com.microsoft.aad.msal4j.Prompt;
import com.microsoft.aad.msal4j.TokenSource;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A web application: the code flow, and what MSAL does in silence afterwards. */
final class CodeFlowTests {
    private CodeFlowTests() {}

    static void enter(Suite suite) {
        suite.test("msal4j: the code flow with PKCE signs a person in, and Graph answers", CodeFlowTests::signsIn);
        suite.test("msal4j: a token comes from the cache in silence, and anew when forced", CodeFlowTests::inSilence);
        suite.test("msal4j: one refresh token serves Graph and an API of the organisation", CodeFlowTests::other);
        suite.test("msal4j: a silent call without consent asks for interaction, AADSTS65001", CodeFlowTests::noConsent);
        suite.test("msal4j: declined consent goes back to the application as access_denied", CodeFlowTests::declined);
    }

    private static void signsIn(World world) throws Exception {
        CodeFlow flow = CodeFlow.ofIntranet(world, "User.Read").prompt(Prompt.CONSENT);
        IAuthenticationResult result = flow.signIn(world.browser(), Will.of(LUKAS));
        equal(flow.visit.shown(), List.of("signin", "consent"), "pages shown");

        Map<String, String> person =
                Map.of("oid", LUKAS.id(), "preferred_username", LUKAS.upn(), "name", LUKAS.name(), "tid", world.tenant);
        holds(world.tokens.verified(result.idToken(), world.intranet.clientId()), person, "ID token");

        Set<IAccount> accounts = result(flow.app.getAccounts());
        equal(accounts.size(), 1, "how many accounts MSAL keeps");
        IAccount kept = accounts.iterator().next();
        holds(kept.getTenantProfiles().get(world.tenant).getClaims(), person, "MSAL's tenant profile");
        for (IAccount account : List.of(result.account(), kept)) {
            equal(account.username(), LUKAS.upn(), "the account's name");
            equal(account.homeAccountId(), LUKAS.id() + "." + world.tenant, "the account's home");
        }
        hasWord(result.scopes(), "User.Read", "the answer's scope");
        Map<String, String> client =
                Map.of("appid", world.intranet.clientId(), "appidacr", "1", "oid", LUKAS.id(), "tid", world.tenant);
        holds(Tokens.peek(result.accessToken()), client, "access token");
        world.isAtGraph(LUKAS, result.accessToken());
    }

    private static void inSilence(World world) throws Exception {
        CodeFlow flow = CodeFlow.ofIntranet(world, "User.Read");
        IAuthenticationResult first = flow.signIn(world.browser(), Will.of(LUKAS));
        IAuthenticationResult kept =
                result(flow.app.acquireTokenSilently(world.silently(first.account(), "User.Read", false)));
        equal(kept.metadata().tokenSource(), TokenSource.CACHE, "where the token comes from while it lives");
        equal(kept.accessToken(), first.accessToken(), "the token from the cache");

        IAuthenticationResult forced =
                result(flow.app.acquireTokenSilently(world.silently(first.account(), "User.Read", true)));
        equal(forced.metadata().tokenSource(), TokenSource.IDENTITY_PROVIDER, "where a forced token comes from");
        check(!forced.accessToken().equals(first.accessToken()), "the forced refresh brought the old access token");
        equal(forced.account().homeAccountId(), first.account().homeAccountId(), "whose the forced token is");
        world.isAtGraph(LUKAS, forced.accessToken());
    }

    private static void other(World world) throws Exception {
        String scope = ORDERS + "/Orders.Read";
        CodeFlow flow = CodeFlow.ofIntranet(world, "User.Read").consentAlongside(scope);
        IAuthenticationResult first = flow.signIn(world.browser(), Will.of(LUKAS));
        world.isAtGraph(LUKAS, first.accessToken());
        IAuthenticationResult other =
                result(flow.app.acquireTokenSilently(world.silently(first.account(), scope, false)));
        equal(other.metadata().tokenSource(), TokenSource.IDENTITY_PROVIDER, "where the other token comes from");
        Map<String, Object> claims = world.tokens.verified(other.accessToken(), ORDERS_API.clientId());
        holds(claims, Map.of("oid", LUKAS.id(), "azp", world.intranet.clientId(), "azpacr", "1"), "the other token");
        hasWord(claims.get("scp"), "Orders.Read", "scp");
    }

    /** Orders.Approve is for administrators to grant, so that no run before can have changed this. */
    private static void noConsent(World world) throws Exception {
        CodeFlow flow = CodeFlow.ofIntranet(world, "User.Read");
        IAccount account = flow.signIn(world.browser(), Will.of(LUKAS)).account();
        MsalInteractionRequiredException problem = refused(
                MsalInteractionRequiredException.class, "invalid_grant", 65001,
                flow.app.acquireTokenSilently(world.silently(account, ORDERS + "/Orders.Approve", false)));
        equal(problem.reason(), InteractionRequiredExceptionReason.CONSENT_REQUIRED, "MSAL's reason");
        IAuthenticationResult still =
                result(flow.app.acquireTokenSilently(world.silently(account, "User.Read", true)));
        world.isAtGraph(LUKAS, still.accessToken());
    }

    private static void declined(World world) throws Exception {
        CodeFlow flow = CodeFlow.ofIntranet(world, "User.Read").prompt(Prompt.CONSENT);
        Answer answer = flow.visit(world.browser(), Will.of(LUKAS).decliningConsent()).answer();
        equal(answer.params().get("error"), "access_denied", "error");
        String description = String.valueOf(answer.params().get("error_description"));
        check(description.startsWith("AADSTS65004:"), "error_description is `" + description + "`");
        check(!answer.params().containsKey("code"), "a code beside the error: " + answer.describe());
    }
}
