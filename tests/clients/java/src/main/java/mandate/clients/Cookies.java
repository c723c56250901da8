package mandate.clients;

import java.net.CookieHandler;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The cookies of one person's browser, at the server's origin.
 *
 * <p>Java's own CookieManager will not do: a cookie with a Max-Age it sends back as {@code $Version="1"; name="value"},
 * which no browser does.
 */
final class Cookies extends CookieHandler {
    private final Map<String, String> kept = new LinkedHashMap<>();

    /** All of ours are for https; the application's http address gets none. */
    @Override
    public Map<String, List<String>> get(URI uri, Map<String, List<String>> requestHeaders) {
        if (kept.isEmpty() || !"https".equals(uri.getScheme())) {
            return Map.of();
        }
        String line = kept.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
        return Map.of("Cookie", List.of(line));
    }

    @Override
    public void put(URI uri, Map<String, List<String>> responseHeaders) {
        responseHeaders.forEach((name, lines) -> {
            if (name != null && name.equalsIgnoreCase("Set-Cookie")) {
                lines.forEach(this::keep);
            }
        });
    }

    private void keep(String line) {
        String[] parts = line.split(";");
        String[] pair = parts[0].strip().split("=", 2);
        boolean gone = false;
        for (String part : parts) {
            gone |= part.strip().equalsIgnoreCase("Max-Age=0");
        }
        if (gone) {
            kept.remove(pair[0]);
        } else {
            kept.put(pair[0], pair.length > 1 ? pair[1] : "");
        }
    }
}
