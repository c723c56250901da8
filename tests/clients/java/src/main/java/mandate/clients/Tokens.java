package mandate.clients;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.net.URI;
import java.text.ParseException;
import java.util.Map;
import java.util.Set;

/** Looks into tokens the way an API does: the signature through our published keys first, the claims after. */
final class Tokens {
    private static final int MILLISECONDS = 30_000;
    private static final Set<String> REQUIRED = Set.of("sub", "iat", "nbf", "exp");

    private final World world;
    private JWKSource<SecurityContext> keys;

    Tokens(World world) {
        this.world = world;
    }

    /** The claims of a token of our v2 issuer whose signature, issuer, audience and times hold. */
    Map<String, Object> verified(String token, String audience) throws Exception {
        try {
            return judged(token, audience);
        } catch (BadJOSEException problem) {
            throw new Failed(problem.getMessage() + "; claims " + peek(token), problem);
        }
    }

    /** As above, in the library's own words when the token does not hold. */
    Map<String, Object> judged(String token, String audience) throws Exception {
        JWTClaimsSet exact = new JWTClaimsSet.Builder()
                .issuer(world.authority + "/v2.0")
                .claim("tid", world.tenant)
                .claim("ver", "2.0")
                .build();
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, published()));
        processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(audience, exact, REQUIRED));
        return processor.process(token, null).toJSONObject();
    }

    /** A token's claims, unverified: for Graph's own tokens, which only Graph may judge. */
    static Map<String, Object> peek(String token) throws ParseException {
        return JWTParser.parse(token).getJWTClaimsSet().toJSONObject();
    }

    Map<String, Object> discovery() throws Exception {
        return world.json(world.authority + "/v2.0/.well-known/openid-configuration", null);
    }

    /** Where the discovery document says that they are. The library refuses a key whose certificate is of another. */
    private synchronized JWKSource<SecurityContext> published() throws Exception {
        if (keys == null) {
            Map<String, Object> document = discovery();
            Checks.equal(document.get("issuer"), world.authority + "/v2.0", "issuer of the discovery document");
            DefaultResourceRetriever retriever = new DefaultResourceRetriever(
                    MILLISECONDS, MILLISECONDS, 0, true, world.tls.getSocketFactory());
            String url = String.valueOf(document.get("jwks_uri"));
            keys = JWKSourceBuilder.<SecurityContext>create(URI.create(url).toURL(), retriever)
                    .refreshAheadCache(false)
                    .build();
        }
        return keys;
    }
}
