package mandate.clients;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jsoup.Connection;

/** What reached the application: by redirect (query or fragment) or by a form_post page. */
record Answer(String how, String target, Map<String, String> params) implements Place {

    static Answer ofRedirect(URI location) {
        boolean inFragment = location.getRawFragment() != null;
        String text = inFragment ? location.getRawFragment() : location.getRawQuery();
        String target = location.toString().split("[?#]", 2)[0];
        Map<String, String> params = new LinkedHashMap<>();
        for (String pair : text == null ? new String[0] : text.split("&")) {
            String[] parts = pair.split("=", 2);
            put(params, decoded(parts[0]), parts.length > 1 ? decoded(parts[1]) : "");
        }
        return new Answer(inFragment ? "fragment" : "query", target, params);
    }

    static Answer ofFormPost(Page page) {
        Map<String, String> params = new LinkedHashMap<>();
        for (Connection.KeyVal field : page.form("form[method=post]").formData()) {
            put(params, field.key(), field.value());
        }
        return new Answer("form_post", page.one("form[method=post]").attr("action"), params);
    }

    private static void put(Map<String, String> params, String name, String value) {
        if (params.put(name, value) != null) {
            throw new Failed("the answer holds `" + name + "` twice");
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** The code, from the way it was asked to come. */
    String code(String wantedHow) {
        if (!how.equals(wantedHow) || !params.containsKey("code")) {
            throw new Failed("expected a code by " + wantedHow + ": " + describe());
        }
        return params.get("code");
    }

    @Override
    public String describe() {
        String shown = params.entrySet().stream()
                .map(param -> param.getKey().startsWith("error") ? param.toString() : param.getKey())
                .collect(Collectors.joining(", "));
        return "answer by " + how + " to " + target + " with " + shown;
    }
}
