-- For wrk: every request posts another gig, signed in by the environment's TOKEN.
local words = {"logo", "poster", "notes", "camera", "editing", "vector", "seminar", "hostel", "festival", "report", "guitar", "quiz", "banner", "science"}
local categories = {"design", "writing", "video", "programming", "business", "lifestyle"}
local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. os.getenv("TOKEN")}
local deadline = (os.time() + 7 * 86400) * 1000
math.randomseed(1)

local function word() return words[math.random(#words)] end

function request()
    local low = math.random(100, 900) * 100
    return wrk.format("POST", "/api/gigs", headers, string.format(
        '{"title":"%s and %s for the %s night","description":"We need %s, %s and %s by the weekend; number %d.","category":"%s","skills":["%s","%s"],' ..
        '"budgetType":"fixed","budgetMin":%d,"budgetMax":%d,"deadline":%d}',
        word(), word(), word(), word(), word(), word(), math.random(1000000), categories[math.random(#categories)], word(), word(), low, low * 2, deadline))
end
