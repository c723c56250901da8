package mandate.clients;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** PEM files: a key with its certificate, and whom to trust. */
record Pem(PrivateKey key, X509Certificate certificate) {

    /** A PKCS#8 key followed by its certificate. */
    static Pem read(Path file) throws Exception {
        String text = Files.readString(file);
        PKCS8EncodedKeySpec key = new PKCS8EncodedKeySpec(block(text, "PRIVATE KEY", file));
        InputStream certificate = new ByteArrayInputStream(block(text, "CERTIFICATE", file));
        return new Pem(
                KeyFactory.getInstance("RSA").generatePrivate(key),
                (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(certificate));
    }

    private static byte[] block(String text, String label, Path file) {
        String block = "-----BEGIN " + label + "-----([^-]+)-----END " + label + "-----";
        Matcher found = Pattern.compile(block).matcher(text);
        if (!found.find()) {
            throw new IllegalArgumentException(file + " holds no " + label);
        }
        return Base64.getMimeDecoder().decode(found.group(1));
    }

    /** TLS that trusts the authorities of a file and no others. */
    static SSLContext trusting(Path file) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream text = Files.newInputStream(file)) {
            for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(text)) {
                trusted.setCertificateEntry("authority-" + trusted.size(), authority);
            }
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
