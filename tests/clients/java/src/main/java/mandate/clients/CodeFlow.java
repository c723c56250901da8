package mandate.clients;

import static mandate.clients.Checks.check;
import static mandate.clients.Checks.equal;
import static mandate.clients.Checks.result;

import com.microsoft.aad.msal4j.AuthorizationCodeParameters;
import com.microsoft.aad.msal4j.AuthorizationRequestUrlParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.Prompt;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.UUID;

/** One authorization code flow of a web application, with PKCE, as MSAL for Java leaves it to its caller. */
final class CodeFlow {
    final ConfidentialClientApplication app;
    private final World world;
    private final String redirect;
    private final Set<String> scopes;
    private final String state = UUID.randomUUID().toString();
    private final String nonce = UUID.randomUUID().toString();
    private final String verifier = verifier();
    private Set<String> consentedAlongside = Set.of();
    private Prompt prompt;
    /** How the visit of {@link #signIn} went. */
    Visit visit;

    CodeFlow(World world, ConfidentialClientApplication app, String redirect, Set<String> scopes) {
        this.world = world;
        this.app = app;
        this.redirect = redirect;
        this.scopes = scopes;
    }

    static CodeFlow ofIntranet(World world, String scope) throws Exception {
        return new CodeFlow(world, world.confidential(world.intranet), world.intranet.redirect(), Set.of(scope));
    }

    /** A scope of another resource, for which a token will be wanted later. */
    CodeFlow consentAlongside(String scope) {
        consentedAlongside = Set.of(scope);
        return this;
    }

    CodeFlow prompt(Prompt wanted) {
        prompt = wanted;
        return this;
    }

    Visit visit(Browser browser, Will will) throws Exception {
        String url = app.getAuthorizationRequestUrl(AuthorizationRequestUrlParameters.builder(redirect, scopes)
                        .extraScopesToConsent(consentedAlongside)
                        .state(state)
                        .nonce(nonce)
                        .codeChallenge(challenge(verifier))
                        .codeChallengeMethod("S256")
                        .prompt(prompt)
                        .build())
                .toString();
        visit = browser.walk(url, will);
        equal(visit.answer().target(), redirect, "the address the answer went to");
        equal(visit.answer().params().get("state"), state, "state");
        return visit;
    }

    /** The whole flow; fails with a reason unless tokens come out of it. MSAL lets no answer come by query. */
    IAuthenticationResult signIn(Browser browser, Will will) throws Exception {
        String code = visit(browser, will).answer().code("form_post");
        check(visit.answer().params().get("session_state") != null, "no session_state beside the code");
        IAuthenticationResult result = result(app.acquireToken(
                AuthorizationCodeParameters.builder(code, URI.create(redirect))
                        .scopes(scopes)
                        .codeVerifier(verifier)
                        .build()));
        equal(world.tokens.verified(result.idToken(), app.clientId()).get("nonce"), nonce, "nonce of the ID token");
        return result;
    }

    static String verifier() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    static String challenge(String verifier) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }
}
