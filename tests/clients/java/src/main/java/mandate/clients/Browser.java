package mandate.clients;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jsoup.Connection;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.FormElement;

/**
 * A browser without JavaScript: drives the server's pages, for one person.
 *
 * <p>It fills and submits forms as a browser would, and follows redirects by hand until one leaves the server's origin
 * or a form_post page appears; then the application has its answer. Nothing here knows MSAL. The ids and names of the
 * elements are the pages' contract.
 */
final class Browser {
    private static final int MOST_STEPS = 12;
    private static final String ACCEPT = "button#idSIButton9";
    private static final String BACK = "button#idBtn_Back";

    private final World world;
    private final HttpClient http;
    private final List<String> way = new ArrayList<>();

    Browser(World world) {
        this.world = world;
        http = HttpClient.newBuilder()
                .sslContext(world.tls)
                .cookieHandler(new Cookies())
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(World.PATIENCE)
                .build();
    }

    // ---- one visit

    /** Visits an address and goes through the pages as this person would. */
    Visit walk(String url, Will will) throws Exception {
        return walk(open(url), will);
    }

    /**
     * Goes on from where the browser is. Stops at a page it has no instruction for, and where a person would wonder: at
     * a page that was answered already.
     */
    Visit walk(Place place, Will will) throws Exception {
        List<Page> pages = new ArrayList<>();
        Set<String> answered = new HashSet<>();
        for (int step = 0; step < MOST_STEPS; step++) {
            if (!(place instanceof Page page)) {
                return visit(pages, place);
            }
            pages.add(page);
            Place next = answered.add(page.kind()) ? answer(page, will) : null;
            if (next == null) {
                return visit(pages, page);
            }
            place = next;
        }
        throw new Failed("no end after " + MOST_STEPS + " pages: " + visit(pages, place).describe());
    }

    private Visit visit(List<Page> pages, Place end) {
        return new Visit(List.copyOf(pages), end, List.copyOf(way));
    }

    private Place answer(Page page, Will will) throws Exception {
        return switch (page.kind()) {
            case "signin" -> submit(page, "signin", ACCEPT, credentials(page, will.person()));
            case "accounts" -> submit(page, "accounts", tile(page, will.person()), Map.of());
            case "consent" -> submit(page, "consent", will.consents() ? ACCEPT : BACK, Map.of());
            case "device-confirm" -> submit(page, "confirm", will.ownsDevice() ? ACCEPT : BACK, Map.of());
            default -> null;
        };
    }

    private Map<String, String> credentials(Page page, Sample.Person person) {
        boolean fixed = page.one("form#signin input[name=loginfmt]").hasAttr("readonly");
        return fixed
                ? Map.of("passwd", world.password)
                : Map.of("loginfmt", person.upn(), "passwd", world.password);
    }

    private static String tile(Page page, Sample.Person person) {
        String tile = "button[name=account][data-upn=\"" + person.upn() + "\"]";
        return page.has("form#accounts " + tile) ? tile : "button#otherTile";
    }

    // ---- single steps

    Place open(String url) throws Exception {
        way.clear();
        return arrive(send("GET", URI.create(url), null));
    }

    /** Submits a form as a browser does: its fields, what was typed, and the button that was pressed. */
    Place submit(Page page, String form, String button, Map<String, String> typed) throws Exception {
        FormElement element = page.form("form#" + form);
        Element pressed = page.one("form#" + form + " " + button);
        Map<String, String> fields = new LinkedHashMap<>();
        for (Connection.KeyVal field : element.formData()) {
            fields.put(field.key(), field.value());
        }
        for (Map.Entry<String, String> entry : typed.entrySet()) {
            page.one("form#" + form + " [name=" + entry.getKey() + "]");
            fields.put(entry.getKey(), entry.getValue());
        }
        if (!pressed.attr("name").isEmpty()) {
            fields.put(pressed.attr("name"), pressed.attr("value"));
        }
        return arrive(send("POST", page.url().resolve(element.attr("action")), fields));
    }

    /** Hands an answer to the application's own address: the posting that the page's script, or its button, does. */
    HttpResponse<String> deliver(Answer answer) throws Exception {
        if (!answer.how().equals("form_post")) {
            throw new Failed("expected a form for the application: " + answer.describe());
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(answer.target()))
                .version(HttpClient.Version.HTTP_1_1) // the small servers of desktop apps know no other
                .timeout(World.PATIENCE)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", world.base)
                .POST(HttpRequest.BodyPublishers.ofString(encoded(answer.params())))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    // ---- the wire

    private HttpResponse<String> send(String method, URI url, Map<String, String> fields) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(World.PATIENCE)
                .header("User-Agent", "Mozilla/5.0 (mandate client suite)")
                .header("Accept", "text/html,application/xhtml+xml")
                .header("Accept-Language", "en");
        if (fields == null) {
            request.GET();
        } else {
            request.header("Origin", world.base)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(encoded(fields)));
        }
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        way.add(method + " " + url.getPath() + " " + response.statusCode());
        return response;
    }

    static String encoded(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** Follows redirects until a page of ours is shown, or the application gets its answer. */
    private Place arrive(HttpResponse<String> first) throws Exception {
        HttpResponse<String> response = first;
        for (int hop = 0; hop < MOST_STEPS; hop++) {
            int status = response.statusCode();
            String location = response.headers().firstValue("Location").orElse(null);
            if (status < 300 || status > 399 || location == null) {
                return shown(response);
            }
            if (status == 307 || status == 308) {
                throw new Failed("an answer " + status + " would send the form on: " + String.join(" | ", way));
            }
            URI target = response.uri().resolve(location);
            if (!target.toString().startsWith(world.base + "/")) {
                return Answer.ofRedirect(target);
            }
            response = send("GET", target, null);
        }
        throw new Failed("more than " + MOST_STEPS + " redirects: " + String.join(" | ", way));
    }

    private Place shown(HttpResponse<String> response) {
        Page page = Page.of(response);
        if (page.status() >= 500) {
            throw new Failed("the server broke: " + page.describe() + "; way: " + String.join(" | ", way));
        }
        return page.kind().equals("form-post") ? Answer.ofFormPost(page) : page;
    }
}
