package mandate.clients;

import static mandate.clients.Checks.check;
import static mandate.clients.Checks.equal;
import static mandate.clients.Checks.holds;
import static mandate.clients.Checks.refused;
import static mandate.clients.Checks.result;
import static mandate.clients.Sample.DAAN;
import static mandate.clients.Sample.ORDERS;
import static mandate.clients.Sample.PIETER;

import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.InteractionRequiredExceptionReason;
import com.microsoft.aad.msal4j.InteractiveRequestParameters;
import com.microsoft.aad.msal4j.MsalClientException;
import com.microsoft.aad.msal4j.MsalInteractionRequiredException;
import com.microsoft.aad.msal4j.Prompt;
import com.microsoft.aad.msal4j.PublicClientApplication;
import com.microsoft.aad.msal4j.SystemBrowserOptions;
import com.microsoft.aad.msal4j.UserNamePasswordParameters;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A native application: MSAL's loopback listener, with the pages driver as the browser; and the password grant. */
final class NativeTests {
    private static final Set<String> SCOPES = Set.of("User.Read");

    private NativeTests() {}

    static void enter(Suite suite) {
        suite.test("msal4j: a native app signs in over a loopback port of MSAL's choice", NativeTests::signsIn);
        suite.test("msal4j: each refresh brings a native app another refresh token", NativeTests::rotates);
        suite.test("msal4j: what a person declines in the browser reaches the native app", NativeTests::declined);
        suite.test("msal4j: name and password bring tokens once consent stands", NativeTests::password);
        suite.test("msal4j: name and password without consent are AADSTS65001", NativeTests::noConsent);
        suite.test("msal4j: a wrong password is invalid_grant AADSTS50126", world ->
                refused(MsalInteractionRequiredException.class, "invalid_grant", 50126,
                        byPassword(world, "User.Read", "not-the-password")));
    }

    /** One visit of a person whose browser MSAL opens, and what MSAL's listener said at its end. */
    private static final class Sitting {
        private final Browser browser;
        private final Will will;
        private Visit visit;
        private HttpResponse<String> landing;

        Sitting(World world, Will will) {
            browser = world.browser();
            this.will = will;
        }

        CompletableFuture<IAuthenticationResult> signIn(PublicClientApplication app, Prompt prompt) {
            SystemBrowserOptions options = SystemBrowserOptions.builder().openBrowserAction(this::open).build();
            return app.acquireToken(InteractiveRequestParameters.builder(URI.create("http://localhost"))
                    .scopes(SCOPES)
                    .prompt(prompt)
                    .systemBrowserOptions(options)
                    .httpPollingTimeoutInSeconds(10)
                    .build());
        }

        /** MSAL listens already, on another thread, and waits for the answer once this returns. */
        private void open(URL url) {
            try {
                visit = browser.walk(url.toString(), will);
                landing = browser.deliver(visit.answer());
            } catch (Failed problem) {
                throw problem;
            } catch (Exception problem) {
                throw new Failed("the browser: " + problem, problem);
            }
        }
    }

    private static void signsIn(World world) throws Exception {
        Sitting sitting = new Sitting(world, Will.of(PIETER));
        IAuthenticationResult result = result(sitting.signIn(world.ofMobile(), Prompt.CONSENT));
        equal(sitting.visit.shown(), List.of("signin", "consent"), "pages shown");
        String target = sitting.visit.answer().target();
        check(target.matches("http://localhost:\\d+/?"), "the answer went to " + target);
        equal(sitting.landing.statusCode(), 200, "status of MSAL's listener");
        equal(result.account().username(), PIETER.upn(), "the account's name");
        equal(result.account().homeAccountId(), PIETER.id() + "." + world.tenant, "the account's home");
        Map<String, Object> claims = world.tokens.verified(result.idToken(), world.mobile.clientId());
        holds(claims, Map.of("oid", PIETER.id(), "preferred_username", PIETER.upn()), "ID token");
        isMobiles(world, result);
    }

    private static void isMobiles(World world, IAuthenticationResult result) throws Exception {
        Map<String, String> expected =
                Map.of("appid", world.mobile.clientId(), "appidacr", "0", "oid", PIETER.id(), "tid", world.tenant);
        holds(Tokens.peek(result.accessToken()), expected, "access token");
        world.isAtGraph(PIETER, result.accessToken());
    }

    private static void rotates(World world) throws Exception {
        PublicClientApplication app = world.ofMobile();
        IAuthenticationResult result = result(new Sitting(world, Will.of(PIETER)).signIn(app, Prompt.SELECT_ACCOUNT));
        Set<String> seen = new HashSet<>(refreshTokens(app));
        for (int time = 0; time < 2; time++) {
            result = result(app.acquireTokenSilently(world.silently(result.account(), "User.Read", true)));
            isMobiles(world, result);
            equal(refreshTokens(app).size(), 1, "how many refresh tokens MSAL keeps");
            seen.addAll(refreshTokens(app));
        }
        equal(seen.size(), 3, "how many different refresh tokens came in three answers");
    }

    private static List<String> refreshTokens(PublicClientApplication app) throws Exception {
        Map<String, Object> cache = JSONObjectUtils.parse(app.tokenCache().serialize());
        Map<String, Object> kept = JSONObjectUtils.getJSONObject(cache, "RefreshToken");
        return kept.values().stream().map(entry -> String.valueOf(((Map<?, ?>) entry).get("secret"))).toList();
    }

    /** MSAL for Java tells its caller no more than that no code came; the reason is on the listener's page. */
    private static void declined(World world) throws Exception {
        Sitting sitting = new Sitting(world, Will.of(DAAN).decliningConsent());
        CompletableFuture<IAuthenticationResult> promise = sitting.signIn(world.ofMobile(), Prompt.CONSENT);
        try {
            result(promise);
            throw new Failed("a declined consent gave tokens");
        } catch (MsalClientException problem) {
            equal(problem.errorCode(), "invalid_authorization_result", "MSAL's error");
        }
        equal(sitting.visit.answer().params().get("error"), "access_denied", "error");
        String landing = sitting.landing.body();
        check(landing.contains("access_denied") && landing.contains("AADSTS65004"), "the listener's page: " + landing);
    }

    @SuppressWarnings("deprecation") // the grant is; libraries keep it for scripts and tests
    private static CompletableFuture<IAuthenticationResult> byPassword(
            World world, String scope, String password) throws Exception {
        return world.ofMobile().acquireToken(
                UserNamePasswordParameters.builder(Set.of(scope), PIETER.upn(), password.toCharArray()).build());
    }

    private static void password(World world) throws Exception {
        result(new Sitting(world, Will.of(PIETER)).signIn(world.ofMobile(), Prompt.SELECT_ACCOUNT));
        IAuthenticationResult result = result(byPassword(world, "User.Read", world.password));
        equal(result.account().username(), PIETER.upn(), "the account's name");
        holds(world.tokens.verified(result.idToken(), world.mobile.clientId()), Map.of("oid", PIETER.id()), "ID token");
        isMobiles(world, result);
    }

    /** Orders.Approve is for administrators to grant, so that no run before can have changed this. */
    private static void noConsent(World world) throws Exception {
        MsalInteractionRequiredException problem = refused(
                MsalInteractionRequiredException.class, "invalid_grant", 65001,
                byPassword(world, ORDERS + "/Orders.Approve", world.password));
        equal(problem.reason(), InteractionRequiredExceptionReason.CONSENT_REQUIRED, "MSAL's reason");
    }
}
