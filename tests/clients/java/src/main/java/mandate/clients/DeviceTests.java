package mandate.clients;

import static mandate.clients.Checks.check;
import static mandate.clients.Checks.equal;
import static mandate.clients.Checks.holds;
import static mandate.clients.Checks.result;
import static mandate.clients.Sample.DAAN;
import static mandate.clients.Sample.PIETER;

import com.microsoft.aad.msal4j.DeviceCode;
import com.microsoft.aad.msal4j.DeviceCodeFlowParameters;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.MsalServiceException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A device without a browser: MSAL polls while a person types the code elsewhere. */
final class DeviceTests {
    /** MSAL asks at once and then every five seconds; this is between the two. */
    private static final int MILLISECONDS_BEFORE_ANSWERING = 1000;

    private DeviceTests() {}

    static void enter(Suite suite) {
        suite.test("msal4j: a device gets tokens once a person has typed its code", DeviceTests::approved);
        suite.test("msal4j: a device that a person disowns gets authorization_declined", DeviceTests::declined);
    }

    /** One device, from its code to its answer. */
    private record Device(DeviceCode code, Visit visit, CompletableFuture<IAuthenticationResult> promise) {
        static Device answeredBy(World world, Will will) throws Exception {
            CompletableFuture<DeviceCode> told = new CompletableFuture<>();
            CompletableFuture<IAuthenticationResult> promise = world.ofMobile().acquireToken(
                    DeviceCodeFlowParameters.builder(Set.of("User.Read"), told::complete).build());
            // A device that is refused at once has no code to tell.
            promise.whenComplete((result, problem) -> {
                if (problem != null) {
                    told.completeExceptionally(problem);
                }
            });
            DeviceCode code = result(told);
            try {
                Thread.sleep(MILLISECONDS_BEFORE_ANSWERING);
                return new Device(code, typed(world.browser(), code, will), promise);
            } catch (Exception problem) {
                promise.cancel(true); // or MSAL would poll for a quarter of an hour
                throw problem;
            }
        }

        private static Visit typed(Browser browser, DeviceCode code, Will will) throws Exception {
            Place place = browser.open(code.verificationUri());
            if (!(place instanceof Page page) || !page.kind().equals("device-code")) {
                throw new Failed("expected the page `device-code`: " + place.describe());
            }
            // As people type it.
            String otc = code.userCode().toLowerCase();
            return browser.walk(browser.submit(page, "device", "button#idSIButton9", Map.of("otc", otc)), will);
        }
    }

    private static void approved(World world) throws Exception {
        Device device = Device.answeredBy(world, Will.of(PIETER));
        DeviceCode code = device.code();
        equal(code.verificationUri(), world.base + "/devicelogin", "verification_uri");
        equal(List.of(code.expiresIn(), code.interval()), List.of(900L, 5L), "expires_in and interval");
        check(code.message().contains(code.userCode()), "the message lacks the code: " + code.message());
        device.visit().endedOn("device-done");
        String confirmation = device.visit().page("device-confirm").document().text();
        for (String told : List.of("Waterkant Mobile", PIETER.name())) {
            check(confirmation.contains(told), "the confirmation lacks `" + told + "`: " + confirmation);
        }

        IAuthenticationResult result = result(device.promise());
        equal(result.account().username(), PIETER.upn(), "the account's name");
        holds(world.tokens.verified(result.idToken(), world.mobile.clientId()), Map.of("oid", PIETER.id()), "ID token");
        Map<String, String> client = Map.of("appid", world.mobile.clientId(), "appidacr", "0", "oid", PIETER.id());
        holds(Tokens.peek(result.accessToken()), client, "access token");
        world.isAtGraph(PIETER, result.accessToken());
    }

    private static void declined(World world) throws Exception {
        Device device = Device.answeredBy(world, Will.of(DAAN).disowningDevice());
        device.visit().endedOn("device-declined");
        Checks.refused(MsalServiceException.class, "authorization_declined", 70017, device.promise());
    }
}
