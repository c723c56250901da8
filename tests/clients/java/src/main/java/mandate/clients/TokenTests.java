package mandate.clients;

import static mandate.clients.Checks.equal;
import static mandate.clients.Checks.hasWord;
import static mandate.clients.Checks.holds;
import static mandate.clients.Sample.LUKAS;
import static mandate.clients.Sample.ORDERS;
import static mandate.clients.Sample.ORDERS_API;

import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jwt.proc.BadJWTException;
import java.util.List;
import java.util.Map;

/** An API that knows no MSAL: a JWT library, our discovery document and our keys. */
final class TokenTests {
    private TokenTests() {}

    static void enter(Suite suite) {
        suite.test("nimbus: ID token and access token verify through the discovery document", TokenTests::verify);
        suite.test("nimbus: a token for another, and one that was changed, do not verify", TokenTests::doNotVerify);
        suite.test("nimbus: userinfo answers with the sub of the ID token", TokenTests::userinfo);
    }

    private static IAuthenticationResult lukas(World world, String scope) throws Exception {
        return CodeFlow.ofIntranet(world, scope).signIn(world.browser(), Will.of(LUKAS));
    }

    private static void verify(World world) throws Exception {
        IAuthenticationResult result = lukas(world, ORDERS + "/Orders.Read");
        Map<String, Object> who = world.tokens.verified(result.idToken(), world.intranet.clientId());
        holds(who, Map.of("oid", LUKAS.id(), "preferred_username", LUKAS.upn(), "name", LUKAS.name()), "ID token");
        Map<String, Object> may = world.tokens.verified(result.accessToken(), ORDERS_API.clientId());
        holds(may, Map.of("oid", LUKAS.id(), "azp", world.intranet.clientId(), "azpacr", "1"), "access token");
        hasWord(may.get("scp"), "Orders.Read", "scp");
    }

    private static void doNotVerify(World world) throws Exception {
        IAuthenticationResult result = lukas(world, ORDERS + "/Orders.Read");
        String token = result.accessToken();
        String api = ORDERS_API.clientId();
        fails(world, result.idToken(), api, BadJWTException.class, "an ID token handed to an API");
        fails(world, token, world.intranet.clientId(), BadJWTException.class, "an API's token handed to the client");
        int place = token.lastIndexOf('.') + 1;
        char other = token.charAt(place) == 'A' ? 'B' : 'A';
        String changed = token.substring(0, place) + other + token.substring(place + 1);
        fails(world, changed, api, BadJWSException.class, "a token with another signature");
        String[] parts = token.split("\\.");
        String[] strange = result.idToken().split("\\.");
        String swapped = String.join(".", List.of(strange[0], strange[1], parts[2]));
        fails(world, swapped, world.intranet.clientId(), BadJWSException.class, "a token with another's signature");
    }

    private static void fails(
            World world, String token, String audience, Class<? extends BadJOSEException> kind, String what)
            throws Exception {
        try {
            world.tokens.judged(token, audience);
        } catch (BadJOSEException problem) {
            equal(problem.getClass(), kind, what + " (" + problem.getMessage() + ")");
            return;
        }
        throw new Failed(what + " verified");
    }

    private static void userinfo(World world) throws Exception {
        IAuthenticationResult result = lukas(world, "User.Read");
        String url = String.valueOf(world.tokens.discovery().get("userinfo_endpoint"));
        Object sub = world.tokens.verified(result.idToken(), world.intranet.clientId()).get("sub");
        holds(world.json(url, result.accessToken()), Map.of("sub", sub, "name", LUKAS.name()), "userinfo");
        equal(world.get(url, null).statusCode(), 401, "status without a token");
    }
}
