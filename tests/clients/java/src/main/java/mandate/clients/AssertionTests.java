package mandate.clients;

import static mandate.clients.Checks.equal;
import static mandate.clients.Checks.holds;
import static mandate.clients.Checks.refused;
import static mandate.clients.Checks.result;
import static mandate.clients.DaemonTests.ALL_OF_GRAPH;
import static mandate.clients.DaemonTests.alone;
import static mandate.clients.DaemonTests.listsUsers;

import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.MsalServiceException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.util.X509CertUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Clients that prove themselves with a certificate, or with somebody else's token. */
final class AssertionTests {
    private AssertionTests() {}

    static void enter(Suite suite) {
        suite.test("msal4j: a certificate proves an application to the token endpoint", AssertionTests::certificate);
        suite.test("msal4j: an assertion of the application's own making does the same", AssertionTests::ownAssertion);
        suite.test("msal4j: another application's token stands for the one that trusts it", AssertionTests::sibling);
        suite.test("msal4j: an assertion by another key is invalid_client AADSTS700027", AssertionTests::strangersKey);
        suite.test("msal4j: an application with a certificate redeems a person's code", AssertionTests::codeFlow);
    }

    private static ConfidentialClientApplication certified(World world) throws Exception {
        Pem pem = world.signedKey();
        return world.confidential(
                world.signed.clientId(), ClientCredentialFactory.createFromCertificate(pem.key(), pem.certificate()));
    }

    private static void certificate(World world) throws Exception {
        String token = result(alone(certified(world), ALL_OF_GRAPH)).accessToken();
        listsUsers(world, token, world.signed.clientId(), "2");
    }

    private static void ownAssertion(World world) throws Exception {
        String assertion = assertion(world, world.signedKey().key());
        ConfidentialClientApplication app = world.confidential(
                world.signed.clientId(), ClientCredentialFactory.createFromClientAssertion(assertion));
        listsUsers(world, result(alone(app, ALL_OF_GRAPH)).accessToken(), world.signed.clientId(), "2");
    }

    /** The seed lets the nightly export's own token for Graph stand for the app (a federated identity credential). */
    private static void sibling(World world) throws Exception {
        world.signedKey();
        ConfidentialClientApplication export = world.confidential(Sample.EXPORT);
        ConfidentialClientApplication app = world.confidential(
                world.signed.clientId(),
                ClientCredentialFactory.createFromCallback(() -> result(alone(export, ALL_OF_GRAPH)).accessToken()));
        listsUsers(world, result(alone(app, ALL_OF_GRAPH)).accessToken(), world.signed.clientId(), "2");
    }

    private static void strangersKey(World world) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String assertion = assertion(world, generator.generateKeyPair().getPrivate());
        ConfidentialClientApplication app = world.confidential(
                world.signed.clientId(), ClientCredentialFactory.createFromClientAssertion(assertion));
        MsalServiceException problem =
                refused(MsalServiceException.class, "invalid_client", 700027, alone(app, ALL_OF_GRAPH));
        equal(problem.statusCode(), 401, "status");
    }

    private static void codeFlow(World world) throws Exception {
        CodeFlow flow = new CodeFlow(world, certified(world), world.signed.redirect(), Set.of("User.Read"));
        String token = flow.signIn(world.browser(), Will.of(Sample.PIETER)).accessToken();
        Map<String, Object> expected =
                Map.of("appid", world.signed.clientId(), "appidacr", "2", "oid", Sample.PIETER.id());
        holds(Tokens.peek(token), expected, "access token");
        world.isAtGraph(Sample.PIETER, token);
    }

    /** Names the registered certificate, whoever signs. PS256, since MSAL's own assertions are RS256. */
    private static String assertion(World world, PrivateKey key) throws Exception {
        Instant now = Instant.now();
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.PS256)
                .type(JOSEObjectType.JWT)
                .x509CertSHA256Thumbprint(X509CertUtils.computeSHA256Thumbprint(world.signedKey().certificate()))
                .build();
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(world.signed.clientId())
                .subject(world.signed.clientId())
                .audience(world.authority + "/oauth2/v2.0/token")
                .jwtID(UUID.randomUUID().toString())
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)))
                .build();
        SignedJWT assertion = new SignedJWT(header, claims);
        assertion.sign(new RSASSASigner(key));
        return assertion.serialize();
    }
}
